import { randomBytes } from 'node:crypto';
import type { ClusterKind } from '../clusters/cluster-provider';
import type { Lab } from '../content/lab';
import { PodlabError } from '../errors';
import type { LabSessions } from './lab-session';
import { OpenSession, type SessionTools } from './open-session';
import { type SessionRecord, sessionElsewhere, sessionNotFound } from './session-repository';

export interface SessionsOptions extends SessionTools {
  labs: ReadonlyMap<string, Lab>;
  preferredCluster: () => Promise<ClusterKind>;
  /** Sessions that are alive at once, of all learners: each takes memory. */
  most: number;
  /** A session nobody has looked at for so long ends. Milliseconds. */
  idleMs: number;
}

export interface Sessions extends LabSessions {
  /** Ends idle sessions and removes what crashed ones left on clusters. Once at start, before the first request. */
  recover(): Promise<void>;
  /** For the terminal gateway: the session is this learner's, open, and its shells are there. Throws PodlabError. */
  authorise(learnerId: string, sessionId: string): Promise<void>;
  /** Server shutdown: open sessions stay open, and are taken up when they are asked for again. */
  shutdown(): Promise<void>;
}

const idleCheckEveryMs = 60_000;
/** Another server on the same database ends its own sessions after `idleMs`; so many times that long, it is gone. */
const forsakenAfter = 2;

export function createSessions(options: SessionsOptions): Sessions {
  const { labs, repository, log, most, idleMs } = options;
  const open = new Map<string, OpenSession>();
  /** Two requests at once for the same lab must not start two sessions. */
  const starting = new Map<string, Promise<OpenSession>>();
  /** Places for sessions that are still being written down. */
  let promised = 0;
  let closed = false;

  const idleTimer = setInterval(
    () => void endIdle().catch((error) => log.error('idle-check-failed', { error })),
    idleCheckEveryMs,
  );
  idleTimer.unref();

  async function find(learnerId: string, sessionId: string): Promise<OpenSession> {
    const known = open.get(sessionId);
    const record = known?.record ?? (await repository.find(sessionId));
    if (!record || record.learnerId !== learnerId) throw sessionNotFound();
    if (record.endedAt)
      throw new PodlabError(
        'session-ended',
        `This lab session has ended. ${record.endReason ?? ''}`.trim(),
        'Open the lab again to start a new one; what you earned is kept.',
        410,
      );
    if (record.owner !== repository.owner) throw sessionElsewhere();
    return open.get(sessionId) ?? takeUp(record);
  }

  /** A session of an earlier server process, or a new one: everything alive of it is made here. */
  function takeUp(record: SessionRecord): OpenSession {
    if (closed) throw shuttingDown();
    demandRoom();
    const session = new OpenSession(record, labOrThrow(labs, record.lab), options);
    open.set(record.id, session);
    void session.start();
    return session;
  }

  /** `replaced`: how many will make room for it. */
  function demandRoom(replaced = 0): void {
    if (open.size + promised - replaced >= most) throw noRoom(most);
  }

  async function startOnce(learnerId: string, lab: Lab, cluster: ClusterKind | undefined, fresh: boolean) {
    const records = await repository.open(learnerId);
    const there = records.find((record) => record.lab === lab.id);
    if (there) {
      const elsewhere = cluster !== undefined && cluster !== there.cluster;
      if (!fresh && !elsewhere) {
        const session = open.get(there.id) ?? takeUp(there);
        if (session.hasFailed) void session.start();
        return session;
      }
    }
    demandRoom(there && open.has(there.id) ? 1 : 0);
    promised += 1;
    let record: SessionRecord;
    try {
      if (there)
        await end(there, fresh ? 'You started this lab anew.' : 'You moved this lab to another cluster.');
      record = await repository.create({
        id: randomBytes(9).toString('hex'),
        learnerId,
        lab: lab.id,
        cluster: cluster ?? (await options.preferredCluster()),
        seed: randomBytes(16).toString('hex'),
      });
    } finally {
      promised -= 1;
    }
    return takeUp(record);
  }

  /** `reason` is a whole sentence for the learner. */
  async function end(record: SessionRecord, reason: string): Promise<void> {
    await repository.end(record.id, reason);
    const session = open.get(record.id);
    open.delete(record.id);
    if (session) await session.end(reason);
    else await discard(record);
  }

  /** Removes what is left of a session of which nothing is alive in this process. */
  async function discard({ id, cluster }: SessionRecord): Promise<void> {
    await options.shells.closeSession(id);
    await options.folders.remove(id).catch((error) => {
      log.warn('folder-not-removed', { sessionId: id, error });
    });
    await options.providers[cluster].discard(id).catch((error) => {
      log.warn('cluster-discard-failed', { sessionId: id, cluster, error });
    });
  }

  async function endIdle(): Promise<void> {
    const now = Date.now();
    for (const record of await repository.open()) {
      const session = open.get(record.id);
      if (session?.isWatched) {
        await noteSeen(record.id);
        continue;
      }
      if (now - record.lastSeenAt.getTime() < idleMs) continue;
      // One that cannot be ended must not keep the others.
      await end(record, `Nobody was here for ${inWords(idleMs)}.`).catch((error) => {
        log.error('session-not-ended', { sessionId: record.id, error });
      });
    }
    await repository.endForsaken(
      new Date(now - forsakenAfter * idleMs),
      'The Podlab server that it ran on is gone.',
    );
  }

  /** Where this cannot be written down, one can still look on. */
  async function noteSeen(sessionId: string): Promise<void> {
    await repository.seen(sessionId).catch((error) => log.warn('seen-not-saved', { sessionId, error }));
  }

  async function demandStartable(lab: string, cluster: ClusterKind | undefined): Promise<Lab> {
    const found = labOrThrow(labs, lab);
    if (closed) throw shuttingDown();
    if (cluster) await demandAvailable(options, cluster);
    return found;
  }

  return {
    async demandStartable({ lab, cluster }) {
      await demandStartable(lab, cluster);
    },
    async start(learnerId, { lab: id, cluster, fresh = false }) {
      const lab = await demandStartable(id, cluster);
      const key = `${learnerId}/${id}`;
      const before = starting.get(key);
      const promise = (before ?? Promise.resolve())
        .catch(() => {})
        .then(() => startOnce(learnerId, lab, cluster, fresh));
      starting.set(key, promise as Promise<OpenSession>);
      try {
        return (await promise).view();
      } finally {
        if (starting.get(key) === promise) starting.delete(key);
      }
    },
    get: async (learnerId, sessionId) => (await find(learnerId, sessionId)).view(),
    async list(learnerId) {
      // Looking at the list wakes nothing up: what is not alive here shows as it would begin.
      const records = await repository.open(learnerId);
      return records.flatMap((record) => {
        const lab = labs.get(record.lab);
        const session = open.get(record.id) ?? (lab && new OpenSession(record, lab, options));
        return session ? [session.view()] : [];
      });
    },
    check: async (learnerId, sessionId) => (await find(learnerId, sessionId)).check(),
    async hint(learnerId, sessionId, task, index) {
      const session = await find(learnerId, sessionId);
      await session.hint(task, index);
      return session.view();
    },
    createShell: async (learnerId, sessionId) => (await find(learnerId, sessionId)).createShell(),
    closeShell: async (learnerId, sessionId, shellId) =>
      (await find(learnerId, sessionId)).closeShell(shellId),
    end: async (learnerId, sessionId) =>
      end((await find(learnerId, sessionId)).record, 'You ended this lab.'),
    async subscribe(learnerId, sessionId, run) {
      const session = await find(learnerId, sessionId);
      await noteSeen(sessionId);
      return session.subscribe(run);
    },
    async authorise(learnerId, sessionId) {
      await (await find(learnerId, sessionId)).start();
    },
    async recover() {
      await repository.claimOwnerless();
      await endIdle();
      const keep = (await repository.open()).map(({ id }) => id);
      await options.folders.keepOnly(keep).catch((error) => log.warn('folders-not-swept', { error }));
      for (const provider of Object.values(options.providers))
        provider.sweep(keep).catch((error) => log.warn('sweep-failed', { cluster: provider.kind, error }));
    },
    async shutdown() {
      closed = true;
      clearInterval(idleTimer);
      await Promise.all([...open.values()].map((session) => session.leave()));
      await options.shells.shutdown();
      await Promise.all(Object.values(options.providers).map((provider) => provider.shutdown()));
    },
  };
}

function shuttingDown(): PodlabError {
  return new PodlabError('shutting-down', 'Podlab is being stopped.', 'Start it again.', 503);
}

function noRoom(most: number): PodlabError {
  return new PodlabError(
    'too-many-sessions',
    most === 1
      ? 'The one place for a lab on this server is taken.'
      : `All ${most} places for labs on this server are taken.`,
    'Try again when somebody has ended a lab; who runs the server can allow more with PODLAB_SESSIONS.',
    503,
  );
}

function labOrThrow(labs: ReadonlyMap<string, Lab>, id: string): Lab {
  const lab = labs.get(id);
  if (lab) return lab;
  throw new PodlabError('lab-not-found', `There is no lab “${id}”.`, 'Choose one from the courses.', 404);
}

async function demandAvailable({ providers }: SessionTools, kind: ClusterKind): Promise<void> {
  const availability = await providers[kind].availability();
  if (!availability.available)
    throw new PodlabError('cluster-unavailable', availability.reason, availability.remedy, 503);
}

function inWords(ms: number): string {
  const minutes = Math.max(1, Math.round(ms / 60_000));
  const [count, unit] = minutes < 60 ? [minutes, 'minute'] : [Math.round(minutes / 60), 'hour'];
  return `${count} ${unit}${count === 1 ? '' : 's'}`;
}
