import type { SimulatorOptions } from '../../../simulator/simulator';

/** From the server to a cluster's worker. */
export type ToWorker =
  | { kind: 'start'; options: Pick<SimulatorOptions, 'users' | 'certificate' | 'authority' | 'restore'> }
  | { kind: 'snapshot'; id: number }
  | { kind: 'ping'; id: number }
  | { kind: 'stop' };

/** From a cluster's worker to the server. Errors cross as text: a worker's error classes are not the server's. */
export type FromWorker =
  | { kind: 'started'; port: number; caCertificate: string; tokens: Record<string, string> }
  | { kind: 'start-failed'; message: string }
  /** `text` is JSON, serialised there so that the server never pays for it; null when nothing changed since the last. */
  | { kind: 'snapshot'; id: number; text: string | null }
  | { kind: 'snapshot-failed'; id: number; message: string }
  | { kind: 'pong'; id: number }
  | { kind: 'error'; message: string; stack?: string };
