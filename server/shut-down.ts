import type { Log } from '../core/log';

/** Longer than saving takes, shorter than a service manager waits. */
const patienceMs = 15_000;
/** One Ctrl-C comes from the terminal, and again from npm and from `npm start`, who pass on what they got. */
const sameKeyMs = 2_000;
const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Runs `stop` once at the first signal, then ends the process: with 0, or 1 when `stop` fails or takes too long. A
 * signal that comes more than two seconds later ends it at once.
 */
export function shutDownOnSignals(
  log: Log,
  stop: () => Promise<void>,
): (reason: string, exitCode: number) => void {
  let stoppingSince: number | undefined;
  function shutDown(reason: string, exitCode: number): void {
    if (stoppingSince !== undefined) return;
    stoppingSince = performance.now();
    log.info('stopping', { reason });
    setTimeout(() => {
      log.error('stopping-took-too-long', { afterMs: patienceMs });
      process.exit(1);
    }, patienceMs).unref();
    stop().then(
      () => {
        log.info('stopped');
        process.exit(exitCode);
      },
      (error) => {
        log.error('stopping-failed', { error });
        process.exit(1);
      },
    );
  }
  for (const signal of signals)
    process.on(signal, () => {
      if (stoppingSince === undefined) shutDown(signal, 0);
      else if (performance.now() - stoppingSince > sameKeyMs) process.exit(130);
    });
  return shutDown;
}

/** Whoever reads what this process prints may go away, and each line would then be an error of its own: it goes on unheard. */
export function printThoughNobodyReads(): void {
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});
}
