import type { ClusterKind } from '../clusters/cluster-provider';
import { PodlabError } from '../errors';
import { savingProgress } from '../progress/create-progress-store';
import { databaseError } from '../progress/database/database-error';
import type { DatabaseClient } from '../progress/database/open-database';

/** A session as it is kept. */
export interface SessionRecord {
  id: string;
  learnerId: string;
  lab: string;
  cluster: ClusterKind;
  /** The installation that runs it. */
  owner: string | null;
  seed: string;
  /** Task → number of hints taken. */
  hints: Record<string, number>;
  startedAt: Date;
  lastSeenAt: Date;
  endedAt: Date | null;
  endReason: string | null;
}

/** Lab sessions in the database. Everything resolves when it is on disk, and throws PodlabError when it is not. */
export interface SessionRepository {
  /** This installation. */
  readonly owner: string;
  create(
    session: Pick<SessionRecord, 'id' | 'learnerId' | 'lab' | 'cluster' | 'seed'>,
  ): Promise<SessionRecord>;
  /** Of any installation; undefined when there is none. */
  find(id: string): Promise<SessionRecord | undefined>;
  /** The open ones of this installation, latest first; of one learner, or of all. */
  open(learnerId?: string): Promise<SessionRecord[]>;
  /** Takes those over that were made before sessions had an owner. */
  claimOwnerless(): Promise<void>;
  /** Ends other installations' open ones that nobody saw since `before`: their servers would have, if they still ran. */
  endForsaken(before: Date, reason: string): Promise<void>;
  saveHints(id: string, hints: Record<string, number>): Promise<void>;
  seen(id: string): Promise<void>;
  end(id: string, reason: string): Promise<void>;
  /** Checks that passed in this session so far, as `task/check`. */
  passedChecks(id: string): Promise<string[]>;
}

const fields = {
  id: true,
  learnerId: true,
  lab: true,
  cluster: true,
  owner: true,
  seed: true,
  hints: true,
  startedAt: true,
  lastSeenAt: true,
  endedAt: true,
  endReason: true,
} as const;

/**
 * `owner` is this installation: a session's files and cluster are in one data folder, and servers that share a database must
 * not take up each other's.
 */
export function createSessionRepository(database: DatabaseClient, owner: string): SessionRepository {
  const sessions = database.labSession;
  return {
    owner,
    create: (session) =>
      savingProgress(async () =>
        record(await sessions.create({ data: { ...session, owner, hints: {} }, select: fields })),
      ),
    async find(id) {
      const row = await reading(() => sessions.findUnique({ where: { id }, select: fields }));
      return row ? record(row) : undefined;
    },
    async open(learnerId) {
      const where = { endedAt: null, owner, ...(learnerId && { learnerId }) };
      const rows = await reading(() =>
        sessions.findMany({ where, select: fields, orderBy: { lastSeenAt: 'desc' } }),
      );
      return rows.map(record);
    },
    claimOwnerless: () =>
      savingProgress(async () => {
        await sessions.updateMany({ where: { endedAt: null, owner: null }, data: { owner } });
      }),
    endForsaken: (before, endReason) =>
      savingProgress(async () => {
        await sessions.updateMany({
          where: { endedAt: null, owner: { not: owner }, lastSeenAt: { lt: before } },
          data: { endedAt: new Date(), endReason },
        });
      }),
    saveHints: (id, hints) => change(id, { hints }),
    seen: (id) => change(id, { lastSeenAt: new Date() }),
    end: (id, endReason) => change(id, { endedAt: new Date(), endReason }),
    async passedChecks(id) {
      const rows = await reading(() =>
        database.checkRecord.findMany({
          where: { verdict: 'passed', grade: { attempt: { sessionId: id } } },
          select: { task: true, check: true },
          distinct: ['task', 'check'],
        }),
      );
      return rows.map(({ task, check }) => `${task}/${check}`);
    },
  };

  function change(id: string, data: Parameters<typeof sessions.update>[0]['data']): Promise<void> {
    return savingProgress(async () => {
      await sessions.update({ where: { id }, data, select: { id: true } });
    });
  }
}

type Row = Omit<SessionRecord, 'cluster' | 'hints'> & { cluster: string; hints: unknown };

function record(row: Row): SessionRecord {
  return { ...row, cluster: row.cluster as ClusterKind, hints: (row.hints ?? {}) as Record<string, number> };
}

async function reading<T>(query: () => Promise<T>): Promise<T> {
  try {
    return await query();
  } catch (error) {
    throw databaseError(error);
  }
}

export function sessionElsewhere(): PodlabError {
  return new PodlabError(
    'session-elsewhere',
    'This lab session runs on another Podlab server.',
    'Open the lab again: it then starts on this one. What you earned is kept.',
    410,
  );
}

export function sessionNotFound(): PodlabError {
  return new PodlabError(
    'session-not-found',
    'This lab session does not exist, or is not yours.',
    'Open the lab again from its page.',
    404,
  );
}
