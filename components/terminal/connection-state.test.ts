import { describe, expect, it } from 'vitest';
import {
  type ConnectionEvent,
  type ConnectionState,
  describeConnection,
  initialConnection,
  reduceConnection,
} from './connection-state';

const problem = {
  code: 'session-not-found',
  message: 'There is no such lab session.',
  remedy: 'Open the lab again.',
};
const closed = (code: number): ConnectionEvent => ({ type: 'closed', code, reason: '', jitter: 0 });
const explained = (status: number): ConnectionEvent => ({ type: 'explained', status, problem, jitter: 0 });
const stateAfter = (...events: ConnectionEvent[]): ConnectionState =>
  events.reduce(reduceConnection, initialConnection);

describe('a terminal’s connection', () => {
  it.each<[string, ConnectionEvent[], Partial<ConnectionState>]>([
    ['is live once the screen is there', [{ type: 'live' }], { kind: 'live' }],
    [
      'waits and tries again when it is lost',
      [{ type: 'live' }, closed(1006)],
      { kind: 'waiting', attempt: 1 },
    ],
    ['comes back when the server was restarted', [{ type: 'live' }, closed(1001)], { kind: 'waiting' }],
    [
      'tries again when the wait is over',
      [{ type: 'live' }, closed(1006), { type: 'retry' }],
      { kind: 'connecting', attempt: 1 },
    ],
    ['asks why when it does not come to be', [closed(1006)], { kind: 'asking' }],
    ['waits when nobody answers that', [closed(1006), explained(0)], { kind: 'waiting' }],
    ['waits while the lab is not ready', [closed(1006), explained(409)], { kind: 'waiting' }],
    ['gives up when the session is not ours', [closed(1006), explained(404)], { kind: 'refused', problem }],
    ['gives up when the session has ended', [closed(1006), explained(410)], { kind: 'refused' }],
    [
      'can be asked to try once more',
      [closed(1006), explained(404), { type: 'retry' }],
      { kind: 'connecting', attempt: 0 },
    ],
    ['stays away when another window has it', [{ type: 'live' }, closed(4001)], { kind: 'replaced' }],
    ['can be taken back', [{ type: 'live' }, closed(4001), { type: 'retry' }], { kind: 'connecting' }],
    [
      'does not hammer a server that refuses its frames',
      [{ type: 'live' }, closed(1008)],
      { kind: 'refused' },
    ],
    [
      'is over when the shell is',
      [{ type: 'live' }, { type: 'exited', exitCode: 0, reason: 'Bye.' }, closed(4000), { type: 'retry' }],
      { kind: 'exited', reason: 'Bye.' },
    ],
    ['ignores a retry while it is live', [{ type: 'live' }, { type: 'retry' }], { kind: 'live' }],
  ])('%s', (_, events, expected) => {
    expect(stateAfter(...events)).toMatchObject(expected);
  });

  it('waits longer each time, up to a quarter of a minute, and begins anew after it was live', () => {
    const round: ConnectionEvent[] = [
      closed(1006),
      { ...explained(0), jitter: 1 } as ConnectionEvent,
      { type: 'retry' },
    ];
    let state = initialConnection;
    const waits: number[] = [];
    for (let i = 0; i < 8; i++)
      for (const event of round) {
        state = reduceConnection(state, event);
        if (state.kind === 'waiting') waits.push(state.retryInMs);
      }
    expect(waits).toEqual([500, 1000, 2000, 4000, 8000, 15_000, 15_000, 15_000]);
    expect(reduceConnection(reduceConnection(state, { type: 'live' }), closed(1006))).toMatchObject({
      retryInMs: 250,
    });
  });

  it('is told in words', () => {
    expect(describeConnection(stateAfter({ type: 'live' }, closed(1006)), 4)).toBe(
      'Connection lost. Trying again in 4 s',
    );
    expect(describeConnection(stateAfter(closed(1006), explained(404)), 0)).toBe(
      'There is no such lab session. Open the lab again.',
    );
  });
});
