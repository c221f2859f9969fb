import { closeSync, fchmodSync, fstatSync, openSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { type Simulator, startSimulator } from './index';

const USAGE = 'usage: podlab simulator --kubeconfig FILE [--port N] [--host ADDRESS] [--nodes N]';

/**
 * `podlab simulator`: one cluster in the foreground until SIGINT or SIGTERM. Prints one line when it is ready.
 * Resolves with the exit status.
 */
export async function simulatorCommand(args: string[]): Promise<number> {
  let values: { kubeconfig?: string; port?: string; host?: string; nodes?: string };
  try {
    ({ values } = parseArgs({
      args,
      options: {
        kubeconfig: { type: 'string' },
        port: { type: 'string' },
        host: { type: 'string' },
        nodes: { type: 'string' },
      },
    }));
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\n${USAGE}`);
    return 2;
  }
  const port = Number(values.port ?? 0);
  const count = Number(values.nodes ?? 1);
  if (!values.kubeconfig || !isWhole(port, 0, 65_535) || !isWhole(count, 1, 50)) {
    console.error(USAGE);
    return 2;
  }
  const stopped = new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
  });
  // Timers of the cluster do not keep a process alive: this does.
  const alive = setInterval(() => {}, 2 ** 30);
  let simulator: Simulator | undefined;
  try {
    simulator = await startSimulator({
      port,
      ...(values.host ? { host: values.host } : {}),
      nodes: Array.from({ length: count }, (_, index) =>
        index === 0 ? 'podlab-control-plane' : `podlab-worker${index === 1 ? '' : index}`,
      ),
      onError: (error) => console.error(error),
    });
    writePrivately(values.kubeconfig, simulator.kubeconfig('admin'));
    console.log(`Kubernetes API ready at ${simulator.url}, kubeconfig in ${values.kubeconfig}`);
    await stopped;
    return 0;
  } catch (error) {
    console.error(
      `The embedded cluster did not start: ${error instanceof Error ? error.message : String(error)}`,
    );
    return 1;
  } finally {
    await simulator?.stop();
    clearInterval(alive);
  }
}

/** For its owner alone, also where a file was before: it holds a token of the cluster's admin. */
function writePrivately(file: string, text: string): void {
  const descriptor = openSync(file, 'w', 0o600);
  try {
    if (fstatSync(descriptor).isFile()) fchmodSync(descriptor, 0o600);
    writeFileSync(descriptor, text);
  } finally {
    closeSync(descriptor);
  }
}

function isWhole(value: number, least: number, most: number): boolean {
  return Number.isInteger(value) && value >= least && value <= most;
}
