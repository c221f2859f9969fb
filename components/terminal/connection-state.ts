import type { ErrorBody } from '../../core/errors';
import { closeCode } from '../../core/shells/terminal-protocol';

type Problem = ErrorBody['error'];

/** How one terminal is joined to its shell. `attempt` counts the tries since it was last live. */
export type ConnectionState =
  | { kind: 'connecting'; attempt: number }
  /** The connection failed before it was open; browsers do not say why, so the server is being asked. */
  | { kind: 'asking'; attempt: number }
  | { kind: 'live' }
  | { kind: 'waiting'; attempt: number; retryInMs: number }
  | { kind: 'exited'; exitCode: number; reason: string }
  | { kind: 'replaced' }
  | { kind: 'refused'; problem: Problem };

export type ConnectionEvent =
  | { type: 'live' }
  | { type: 'exited'; exitCode: number; reason: string }
  /** `jitter` from 0 to 1: so that a class does not come back all at once. */
  | { type: 'closed'; code: number; reason: string; jitter: number }
  /** The server said why; null when it would let us in, or does not answer either. */
  | { type: 'explained'; status: number; problem: Problem | null; jitter: number }
  /** The wait is over, the network is back, the page is looked at again, or the learner asks. */
  | { type: 'retry' };

export const initialConnection: ConnectionState = { kind: 'connecting', attempt: 0 };

const waits = [500, 1000, 2000, 4000, 8000, 15_000];
/** Statuses that time may mend: the lab is not ready, the server is starting or stopping, a proxy lost it. */
const passing = new Set([0, 200, 409, 429, 500, 502, 503, 504]);
const faultyFrames = new Set<number>([
  closeCode.protocolError,
  closeCode.unsupportedData,
  closeCode.invalidPayload,
  closeCode.policyViolation,
  closeCode.tooBig,
]);

export function reduceConnection(state: ConnectionState, event: ConnectionEvent): ConnectionState {
  switch (event.type) {
    case 'live':
      return { kind: 'live' };
    case 'exited':
      return { kind: 'exited', exitCode: event.exitCode, reason: event.reason };
    case 'closed':
      return afterClose(state, event);
    case 'explained':
      if (state.kind !== 'asking') return state;
      if (event.problem && !passing.has(event.status)) return { kind: 'refused', problem: event.problem };
      return wait(state.attempt, event.jitter);
    case 'retry':
      if (state.kind === 'waiting') return { kind: 'connecting', attempt: state.attempt };
      if (state.kind === 'replaced' || state.kind === 'refused') return { kind: 'connecting', attempt: 0 };
      return state;
  }
}

function afterClose(
  state: ConnectionState,
  { code, reason, jitter }: Extract<ConnectionEvent, { type: 'closed' }>,
): ConnectionState {
  if (state.kind === 'exited' || state.kind === 'refused' || state.kind === 'replaced') return state;
  if (code === closeCode.replaced) return { kind: 'replaced' };
  if (faultyFrames.has(code))
    return {
      kind: 'refused',
      problem: {
        code: 'terminal-protocol',
        message: `This page and the server do not understand each other${reason ? `: ${reason}` : '.'}`,
        remedy: 'Reload the page.',
      },
    };
  if (state.kind === 'connecting') return { kind: 'asking', attempt: state.attempt };
  if (state.kind === 'live') return wait(0, jitter);
  return state;
}

/** Half of each wait is certain, half by chance. */
function wait(attempt: number, jitter: number): ConnectionState {
  const full = waits[Math.min(attempt, waits.length - 1)] ?? 0;
  return { kind: 'waiting', attempt: attempt + 1, retryInMs: Math.round(full / 2 + (full / 2) * jitter) };
}

/** What the status line says. `secondsLeft` until the next try. */
export function describeConnection(state: ConnectionState, secondsLeft: number): string {
  switch (state.kind) {
    case 'connecting':
    case 'asking':
      return state.attempt === 0 ? 'Connecting' : 'Connection lost. Connecting again';
    case 'live':
      return 'Connected';
    case 'waiting':
      return `Connection lost. Trying again in ${Math.max(1, secondsLeft)} s`;
    case 'exited':
      return state.reason;
    case 'replaced':
      return 'This terminal is open in another window.';
    case 'refused':
      return `${state.problem.message} ${state.problem.remedy}`;
  }
}
