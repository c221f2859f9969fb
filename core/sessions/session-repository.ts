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
  create(
    session: Pick<SessionRecord, 'id' | 'learnerId' | 'lab' | 'cluster' | 'seed'>,
  ): Promise<SessionRecord>;
  find(id: string): Promise<SessionRecord | undefined>;
  /** The open ones, latest first; of one learner, or of all. */
  open(learnerId?: string): Promise<SessionRecord[]>;
  saveCluster(id: string, cluster: ClusterKind): Promise<void>;
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
  seed: true,
  hints: true,
  startedAt: true,
  lastSeenAt: true,
  endedAt: true,
  endReason: true,
} as const;

export function createSessionRepository(database: DatabaseClient): SessionRepository {
  const sessions = database.labSession;
  return {
    create: (session) =>
      savingProgress(async () =>
        record(await sessions.create({ data: { ...session, hints: {} }, select: fields })),
      ),
    async find(id) {
      const row = await reading(() => sessions.findUnique({ where: { id }, select: fields }));
      return row ? record(row) : undefined;
    },
    async open(learnerId) {
      const where = { endedAt: null, ...(learnerId && { learnerId }) };
      const rows = await reading(() =>
        sessions.findMany({ where, select: fields, orderBy: { lastSeenAt: 'desc' } }),
      );
      return rows.map(record);
    },
    saveCluster: (id, cluster) => change(id, { cluster }),
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

export function sessionNotFound(): PodlabError {
  return new PodlabError(
    'session-not-found',
    'This lab session does not exist, or is not yours.',
    'Open the lab again from its page.',
    404,
  );
}
