import type { Clock } from './clock/clock';

/** An embedded cluster that listens. Made by `startSimulator` (./index). */
export interface Simulator {
  /** `https://127.0.0.1:<port>` */
  readonly url: string;
  readonly port: number;
  /** PEM of the authority that signed the server's certificate. */
  readonly caCertificate: string;
  /** A kubeconfig (YAML) for one of the users in `SimulatorOptions.users`, with the namespace as its context's. */
  kubeconfig(user: string, namespace?: string): string;
  token(user: string): string;
  /** Everything that must survive a restart: objects, resourceVersion, contents of volumes. JSON-serialisable. */
  snapshot(): unknown;
  /** Ends all processes, streams and timers, closes the port. */
  stop(): Promise<void>;
}

export interface SimulatorOptions {
  /** Loopback by default. */
  host?: string;
  /** 0 (default): any free port. */
  port?: number;
  /** Names of the nodes; default ['podlab-control-plane']. */
  nodes?: string[];
  /** Who may talk to it, with their groups. Default: `admin` in `system:masters`. Tokens are made at start. */
  users?: Record<string, { groups: string[] }>;
  /** What `snapshot()` gave. Containers start anew, as after a node's reboot. */
  restore?: unknown;
  /** PEM pair to serve with; made at start when absent (give one to start many). */
  certificate?: { ca: string; cert: string; key: string };
  /** PEM pair to sign users' certificates with; made at start when absent. Never that of another cluster. */
  authority?: { cert: string; key: string };
  clock?: Clock;
  /** Called for an error inside the simulator that no request saw. */
  onError?: (error: unknown) => void;
}
