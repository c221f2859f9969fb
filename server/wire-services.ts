import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { chmod } from 'node:fs/promises';
import { join } from 'node:path';
import { createAccounts } from '../core/accounts/create-accounts';
import { createProviders } from '../core/clusters/create-providers';
import type { Config } from '../core/config/load-config';
import { loadLabs } from '../core/content/load-labs';
import { loadLessons } from '../core/content/load-lessons';
import { createGrader } from '../core/grading/create-grader';
import type { Log } from '../core/log';
import { createProgressStore } from '../core/progress/create-progress-store';
import { databaseError } from '../core/progress/database/database-error';
import { openDatabase } from '../core/progress/database/open-database';
import type { Services } from '../core/services';
import { createSessions, type Sessions } from '../core/sessions/create-sessions';
import { createSessionRepository } from '../core/sessions/session-repository';
import { createWorkingFolders } from '../core/sessions/working-folder';
import { createShellHost } from '../core/shells/create-shell-host';
import type { ShellHost } from '../core/shells/lab-shell';

export interface Wired {
  services: Services;
  sessions: Sessions;
  shells: ShellHost;
  /** Rejects with PodlabError when the database does not answer. */
  pingDatabase(): Promise<void>;
  /** Writes down and ends everything, in the order in which things depend on each other. */
  close(): Promise<void>;
}

/** The whole of Podlab but HTTP, wired together. `project` is the folder that holds labs, lessons and migrations. */
export async function wireServices(config: Config, log: Log, project: string): Promise<Wired> {
  const installation = installationId(config.dataFolder);
  const [database, shells, labs] = await Promise.all([
    openDatabase({ url: config.databaseUrl, prismaFolder: join(project, 'prisma') }),
    createShellHost({
      folder: join(config.dataFolder, 'shells'),
      sandbox: config.sandbox,
      hidden: [project, config.dataFolder],
      kubectl: config.kubectl,
      ...config.shells,
      log,
    }),
    loadLabs(join(project, 'labs')),
  ]);
  await keepPrivate(config.databaseUrl);
  const { courses } = loadLessons(join(project, 'lessons'));
  const providers = createProviders(config, { log, installation });
  const repository = createSessionRepository(database.client, installation);
  const sessions = createSessions({
    labs: new Map(labs.map((lab) => [lab.id, lab])),
    providers: providers.all,
    preferredCluster: providers.preferred,
    shells,
    folders: createWorkingFolders(join(config.dataFolder, 'sessions')),
    repository,
    database: database.client,
    courses,
    createGrader,
    most: config.sessions.most,
    idleMs: config.sessions.idleMs,
    log,
  });
  const secure = config.publicUrl?.startsWith('https:') ?? false;
  return {
    services: {
      accounts: createAccounts(database.client, { secure }),
      sessions,
      progress: createProgressStore(database.client, courses),
      clusters: { preferred: providers.preferred, availability: providers.availability },
      isolation: shells.isolation,
    },
    sessions,
    shells,
    pingDatabase: () => database.ping(),
    async close() {
      await sessions.shutdown();
      await database.close();
    },
  };
}

/** SQLite makes its file readable for all, and those beside it like it; the data folder may be one that others may enter. */
async function keepPrivate(databaseUrl: string): Promise<void> {
  const [, file] = /^file:(.+)$/.exec(databaseUrl) ?? [];
  for (const path of file ? [file, `${file}-wal`, `${file}-shm`] : [])
    await chmod(path, 0o600).catch(() => {});
}

/** Tells this server's sessions from those of others on a shared cluster; kept in the data folder. */
function installationId(dataFolder: string): string {
  const file = join(dataFolder, 'installation');
  try {
    return readFileSync(file, 'utf8').trim();
  } catch {
    const id = randomBytes(6).toString('hex');
    try {
      mkdirSync(dataFolder, { recursive: true, mode: 0o700 });
      writeFileSync(file, `${id}\n`);
    } catch (error) {
      throw databaseError(error, `file:${file}`);
    }
    return id;
  }
}
