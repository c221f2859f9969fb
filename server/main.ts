import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadConfig, sharedWithoutSandbox } from '../core/config/load-config';
import { isPodlabError, PodlabError } from '../core/errors';
import { createLog } from '../core/log';
import { provideServices } from '../core/services';
import { type Answering, createWebServer } from './create-web-server';
import { createGuard } from './guard-requests';
import { createHealth } from './health';
import { holdDataFolder } from './hold-data-folder';
import { listen } from './listen';
import { createLocalUserCheck } from './local-users';
import { printThoughNobodyReads, shutDownOnSignals } from './shut-down';
import { startNext } from './start-next';
import { createTerminalAccess } from './terminal-access';
import { createTerminalGateway } from './terminal-gateway';
import { wireServices } from './wire-services';

// The composition root: everything that lives as long as the process is made here, and ended here.
const log = createLog();
const project = join(dirname(fileURLToPath(import.meta.url)), '..');
const development = process.env.NODE_ENV === 'development';

async function start(): Promise<void> {
  printThoughNobodyReads();
  const phases = createPhases();
  const config = loadConfig(process.env, project);
  // Wherever it was started: pages look for lessons and labs where they were built.
  process.chdir(project);
  for (const warning of config.warnings) log.warn('unknown-setting', { warning });
  const { version } = JSON.parse(readFileSync(join(project, 'package.json'), 'utf8')) as { version: string };

  let answer: (answering: Answering) => void = () => {};
  const answering = new Promise<Answering>((resolve) => {
    answer = resolve;
  });
  const guard = createGuard(config);
  const web = createWebServer({ guard, log, development, answering });
  // Before anything is touched: a second server on the same port or folder must do no harm to the first.
  const port = await listen(web.server, config.host, config.port);
  const releaseFolder = await holdDataFolder(config.dataFolder, log);

  const [wired, next] = await Promise.all([
    phases.during('services', wireServices(config, log, project)),
    phases.during('pages', startNext(project, development, config.host, port)),
  ]);
  const { isolation } = wired.shells;
  if (config.shared && isolation.kind === 'none') {
    const { message, remedy } = sharedWithoutSandbox(
      config.publicUrl ?? config.host,
      'shells cannot be shut in here',
    );
    throw new PodlabError('sandbox-required', `${message} (${isolation.sentence})`, remedy);
  }
  provideServices(wired.services);
  await phases.during('recover', wired.sessions.recover());

  const gateway = createTerminalGateway({ access: createTerminalAccess(wired), guard, log });
  const shutDown = shutDownOnSignals(log, async () => {
    gateway.close();
    // Streams to browsers have no end of their own; one second lets answers under way finish.
    const closed = web.close(1000);
    await wired.close();
    await Promise.all([closed, next.close()]);
    await releaseFolder();
  });
  process.on('uncaughtException', (error) => {
    log.error('uncaught-exception', { error });
    shutDown('uncaught exception', 1);
  });
  process.on('unhandledRejection', (error) => log.error('unhandled-rejection', { error }));

  // Where shells are shut in, whoever comes gets no more than a lab of their own.
  const admit = isolation.kind === 'none' ? createLocalUserCheck() : undefined;
  answer({ admit, gateway, ...next, health: createHealth(wired, version) });
  const address = config.host.includes(':') ? `[${config.host}]` : config.host;
  log.info('ready', { version, isolation: isolation.kind, ...phases.told() });
  process.stdout.write(`Podlab is ready: ${config.publicUrl ?? `http://${address}:${port}`}\n`);
}

/** How long the start took, and what of it: milliseconds since the process began, and for each part. */
function createPhases() {
  const tookMs: Record<string, number> = { modules: Math.round(performance.now()) };
  return {
    async during<T>(name: string, work: Promise<T>): Promise<T> {
      const from = performance.now();
      const result = await work;
      tookMs[name] = Math.round(performance.now() - from);
      return result;
    },
    told: () => ({ startMs: Math.round(performance.now()), partsMs: tookMs }),
  };
}

start().catch((error) => {
  if (isPodlabError(error)) {
    process.stderr.write(`Podlab cannot start: ${error.message} ${error.remedy}\n`);
    if (error.cause) log.error('start-failed', { error });
  } else log.error('start-failed', { error });
  process.exit(1);
});
