import { join } from 'node:path';
import type { ClusterProvider, LabCluster } from '../clusters/cluster-provider';
import { createEmbeddedProvider } from '../clusters/embedded/create-embedded-provider';
import type { Lab } from '../content/lab';
import { createGrader } from '../grading/create-grader';
import { createLog, type Log } from '../log';
import type { Database } from '../progress/database/open-database';
import { createShellHost } from '../shells/create-shell-host';
import type { ShellHost } from '../shells/lab-shell';
import { createSessions, type Sessions } from './create-sessions';
import { createSessionRepository } from './session-repository';
import { createWorkingFolders } from './working-folder';

/** What a server process has of lab sessions, with everything real around them. */
export interface SessionServer {
  sessions: Sessions;
  shells: ShellHost;
  /** The clusters that are open, by session. */
  clusters: Map<string, LabCluster>;
  /** Tells the session that its cluster is gone, as a worker that died does. */
  lose(sessionId: string, error: Error): Promise<void>;
}

/** A second one over the same folder and database is a restart. */
export async function startSessions({
  folder,
  database,
  labs,
  most = 100,
  idleMs = 3_600_000,
  log = createLog(() => {}),
  workerFile,
  saveEveryMs,
  owner = 'the-server',
}: {
  folder: string;
  database: Database;
  labs: readonly Lab[];
  most?: number;
  idleMs?: number;
  log?: Log;
  /** In place of the bundle's worker. */
  workerFile?: string;
  saveEveryMs?: number;
  owner?: string;
}): Promise<SessionServer> {
  const embedded = createEmbeddedProvider({
    folder: join(folder, 'clusters'),
    log,
    spare: false,
    ...(workerFile && { workerFile }),
    ...(saveEveryMs && { saveEveryMs }),
  });
  const shells = await createShellHost({
    folder: join(folder, 'shells'),
    sandbox: 'auto',
    perSession: 3,
    idleMs: 3_600_000,
    abandonedMs: 3_600_000,
    log,
  });
  const clusters = new Map<string, LabCluster>();
  const losses = new Map<string, (error: Error) => void>();
  const watched: ClusterProvider = {
    ...embedded,
    async open(request) {
      const cluster = await embedded.open(request);
      clusters.set(request.sessionId, cluster);
      const onLost = (run: (error: Error) => void) => {
        losses.set(request.sessionId, run);
        cluster.onLost(run);
      };
      const endpoint = { get: () => cluster.endpoint };
      return Object.defineProperties({ ...cluster, onLost }, { endpoint });
    },
  };
  const sessions = createSessions({
    labs: new Map(labs.map((lab) => [lab.id, lab])),
    providers: { embedded: watched, kind: watched, kubeconfig: watched },
    preferredCluster: async () => 'embedded',
    shells,
    folders: createWorkingFolders(join(folder, 'sessions')),
    repository: createSessionRepository(database.client, owner),
    database: database.client,
    courses: [],
    createGrader,
    most,
    idleMs,
    log,
  });
  return {
    sessions,
    shells,
    clusters,
    async lose(sessionId, error) {
      await clusters.get(sessionId)?.close();
      losses.get(sessionId)?.(error);
    },
  };
}
