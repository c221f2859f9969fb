import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { PodlabError } from '../../core/errors';
import { provideServices, type Services } from '../../core/services';
import type { SessionEvent } from '../../core/sessions/lab-session';
import { answer } from './answer';
import { GET as events } from './sessions/[id]/events/route';

/** What the routes do with a server that fails, or with a page that does not read: of the services only what is asked for. */
let tell: (event: SessionEvent) => void;
let unsubscribed: number;
let refusal: Error | undefined;
let lines: string[];

beforeEach(() => {
  lines = [];
  unsubscribed = 0;
  refusal = undefined;
  vi.spyOn(process.stderr, 'write').mockImplementation((line) => lines.push(String(line)) > 0);
  provideServices({
    accounts: { learner: async () => ({ id: 'l', name: null }) },
    sessions: {
      get: async () => ({}),
      subscribe: async (_learner: string, _session: string, run: typeof tell) => {
        if (refusal) throw refusal;
        tell = run;
        return () => {
          unsubscribed++;
        };
      },
    },
  } as unknown as Services);
});
afterEach(() => {
  vi.restoreAllMocks();
});

const failing = (error: unknown) =>
  answer(new Request('http://podlab/api/progress?x=1'), () => Promise.reject(error));

describe('what fails on the server’s side', () => {
  test.each([
    ['a failure with a code', new PodlabError('full', 'Full.', '', 503, { cause: new Error('ENOSPC') }), 503],
    ['any other', new Error('ENOSPC'), 500],
  ])('%s is told without its cause, which is in the log', async (_, error, status) => {
    const reply = await failing(error);
    expect(reply.status).toBe(status);
    expect(await reply.text()).not.toContain('ENOSPC');
    expect(lines).toHaveLength(1);
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ event: 'request-failed', path: '/api/progress' });
    expect(lines[0]).toContain('ENOSPC');
  });

  test.each([404, 503])('what has no hidden cause is told, and not logged: %i', async (status) => {
    expect((await failing(new PodlabError('gone', 'Gone.', '', status))).status).toBe(status);
    expect(lines).toEqual([]);
  });
});

describe('events', () => {
  const open = (signal?: AbortSignal) =>
    events(new Request('http://podlab/api/sessions/s/events', { signal }), {
      params: Promise.resolve({ id: 's' }),
    });
  const saved: SessionEvent = { name: 'saved', data: { at: 't', earned: 1, points: 2, passed: false } };

  test('end for a page that does not read them: it begins anew when it does', async () => {
    const reply = await open();
    for (let i = 0; i < 2000; i++) tell(saved);
    expect(unsubscribed).toBe(1);
    const text = await reply.text();
    expect(text.match(/event: saved/g)?.length).toBeGreaterThan(100);
    expect(text.match(/event: saved/g)?.length).toBeLessThan(1000);
  });

  test('go on for one that does', async () => {
    const reply = await open();
    const reader = reply.body?.getReader();
    for (let i = 0; i < 2000; i++) {
      tell(saved);
      await reader?.read();
    }
    expect(unsubscribed).toBe(0);
    await reader?.cancel();
    expect(unsubscribed).toBe(1);
  });

  test('end at once when the session has gone meanwhile', async () => {
    refusal = new PodlabError('session-not-found', 'Gone.', '', 404);
    expect(await (await open()).text()).toBe('retry: 2000\n\n');
  });
});
