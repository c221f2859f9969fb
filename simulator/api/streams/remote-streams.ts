import type { ByteSink, ByteSource } from '../../runtime/container-runtime';

/** Which streams a client asked for (v1.PodExecOptions). */
export interface WantedStreams {
  stdin: boolean;
  stdout: boolean;
  stderr: boolean;
  tty: boolean;
}

export interface TerminalSize {
  columns: number;
  rows: number;
}

/** The client's side of an exec or attach, however it is carried. */
export interface RemoteStreams {
  stdin?: ByteSource;
  stdout?: ByteSink;
  stderr?: ByteSink;
  onResize(run: (size: TerminalSize) => void): void;
  /** Called once, when the client went away. */
  onGone(run: () => void): void;
  /** Tells how it ended, and closes the connection. */
  finish(status: RemoteStatus): Promise<void>;
}

/** meta/v1 Status as the remote command protocol sends it at the end. */
export interface RemoteStatus {
  metadata: Record<string, never>;
  status: 'Success' | 'Failure';
  message?: string;
  reason?: string;
  details?: { causes: { reason: string; message: string }[] };
  code?: number;
}

/** apimachinery remotecommand: a non-zero exit code is a failure with the cause `ExitCode`. */
export function exitStatus(code: number): RemoteStatus {
  if (code === 0) return { metadata: {}, status: 'Success' };
  return {
    metadata: {},
    status: 'Failure',
    message: `command terminated with non-zero exit code: exit status ${code}`,
    reason: 'NonZeroExitCode',
    details: { causes: [{ reason: 'ExitCode', message: String(code) }] },
  };
}

/** errors.NewInternalError, as the runtime's streaming server sends what could not be started. */
export function failureStatus(message: string): RemoteStatus {
  return {
    metadata: {},
    status: 'Failure',
    message: `Internal error occurred: ${message}`,
    reason: 'InternalError',
    details: { causes: [{ reason: '', message }] },
    code: 500,
  };
}

/** `{"Width":80,"Height":24}`; undefined for anything else. */
export function parseSize(text: string): TerminalSize | undefined {
  try {
    const { Width, Height } = JSON.parse(text) as { Width?: unknown; Height?: unknown };
    if (!isSize(Width) || !isSize(Height)) return undefined;
    return { columns: Width, rows: Height };
  } catch {
    return undefined;
  }
}

function isSize(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value > 0 && value <= 65_535;
}
