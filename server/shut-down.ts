import type { Log } from '../core/log';

/** Longer than saving takes, shorter than a service manager waits. */
const patienceMs = 15_000;
const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Runs `stop` once at the first signal, then ends the process: with 0, or 1 when `stop` fails or takes too long. A
 * second signal ends it at once.
 */
export function shutDownOnSignals(
  log: Log,
  stop: () => Promise<void>,
): (reason: string, exitCode: number) => void {
  let stopping = false;
  function shutDown(reason: string, exitCode: number): void {
    if (stopping) return;
    stopping = true;
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
    process.on(signal, () => (stopping ? process.exit(130) : shutDown(signal, 0)));
  return shutDown;
}
