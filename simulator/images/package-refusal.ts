import type { Program } from '../runtime/process';

/** A package manager without a network to install from: it says so. */
export function packageRefusal(name: string): Program {
  return async (process) => {
    await process.write(
      2,
      `${name}: The embedded cluster does not simulate package installation; use a kind cluster for that.\n`,
    );
    return 1;
  };
}
