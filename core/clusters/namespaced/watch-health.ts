import type { KubeApi } from '../kube-api';

/** A restart of an API server takes some 20 s: shorter silences are no loss. */
const lostAfterFailures = 4;

/** Asks the API server every `everyMs` whether it is there; tells once when it has been silent four times in a row. */
export function watchHealth(
  api: Pick<KubeApi, 'request'>,
  everyMs = 10_000,
): { onLost(run: (error: Error) => void): void; stop(): void } {
  const listeners: ((error: Error) => void)[] = [];
  let lost: Error | undefined;
  let failures = 0;
  const timer = setInterval(async () => {
    try {
      await api.request('GET', '/readyz', undefined, AbortSignal.timeout(5_000));
      failures = 0;
    } catch (error) {
      failures += 1;
      if (failures < lostAfterFailures) return;
      clearInterval(timer);
      lost = error instanceof Error ? error : new Error(String(error));
      for (const run of listeners) run(lost);
    }
  }, everyMs);
  timer.unref();
  return {
    onLost(run) {
      if (lost) run(lost);
      else listeners.push(run);
    },
    stop: () => clearInterval(timer),
  };
}
