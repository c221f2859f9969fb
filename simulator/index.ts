import { startCluster } from './cluster';
import type { Simulator, SimulatorOptions } from './simulator';

export { makeCertificate } from './certificate';
export type { Simulator, SimulatorOptions } from './simulator';

/**
 * Starts a Kubernetes cluster in this process, with an API server that kubectl talks to over HTTPS. Rejects with the
 * system's error (EADDRINUSE, EACCES) when the port cannot be had.
 */
export function startSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
  return startCluster(options);
}
