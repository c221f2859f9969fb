import type { APIRequestContext } from '@playwright/test';
import { expect, test } from './fixtures';

/** The HTTP API as programs meet it that are not Podlab's own pages: what it refuses, and in which words. */

async function startLab(request: APIRequestContext): Promise<string> {
  const reply = await request.post('/api/sessions', { data: { lab: 'first-pod' } });
  expect(reply.status()).toBe(200);
  const { id } = await reply.json();
  await expect
    .poll(async () => (await (await request.get(`/api/sessions/${id}`)).json()).state.kind)
    .toBe('ready');
  return id;
}

const json = { 'content-type': 'application/json' };

const refused: {
  what: string;
  path: string;
  method?: string;
  headers?: object;
  data?: unknown;
  is: [number, string];
}[] = [
  {
    what: 'a body with a field of the wrong type',
    path: '/api/sessions',
    data: { lab: 7 },
    is: [400, 'body-invalid'],
  },
  {
    what: 'a field nobody knows',
    path: '/api/sessions',
    data: { lab: 'first-pod', x: 1 },
    is: [400, 'body-invalid'],
  },
  {
    what: 'malformed JSON',
    path: '/api/sessions',
    headers: json,
    data: Buffer.from('{"lab":'),
    is: [400, 'body-invalid'],
  },
  {
    what: 'a form',
    path: '/api/sessions',
    headers: { 'content-type': 'text/plain' },
    data: 'lab=first-pod',
    is: [415, 'body-invalid'],
  },
  {
    what: 'two mebibytes',
    path: '/api/sessions',
    data: { lab: 'x'.repeat(2 ** 21) },
    is: [413, 'body-too-large'],
  },
  { what: 'an unknown lab', path: '/api/sessions', data: { lab: 'no-such-lab' }, is: [404, 'lab-not-found'] },
  {
    what: 'an unknown lesson',
    path: '/api/lessons/no-such-lesson/position',
    method: 'PUT',
    data: { position: 1, completed: true },
    is: [404, 'lesson-not-found'],
  },
  { what: 'a learner nobody knows', path: '/api/sessions/0123/check', is: [401, 'not-signed-in'] },
  {
    what: 'a write from another origin',
    path: '/api/sessions',
    headers: { origin: 'https://elsewhere.example' },
    data: { lab: 'first-pod' },
    is: [403, 'foreign-origin'],
  },
  {
    what: 'a write that a page elsewhere caused',
    path: '/api/sessions',
    headers: { 'sec-fetch-site': 'cross-site' },
    data: { lab: 'first-pod' },
    is: [403, 'foreign-origin'],
  },
];

for (const { what, path, method = 'POST', headers, data, is } of refused)
  test(`refuses ${what}`, async ({ request }) => {
    const reply = await request.fetch(path, { method, data, headers: { ...headers } });
    expect([reply.status(), (await reply.json()).error?.code]).toEqual(is);
  });

test('another learner’s session does not exist, and one’s own is gone once it ended', async ({
  request,
  playwright,
  baseURL,
}) => {
  const id = await startLab(request);
  const other = await playwright.request.newContext({ baseURL });
  await other.put('/api/lessons/what-a-pod-is/position', { data: { position: 0.5, completed: false } });
  for (const reply of [
    await other.get(`/api/sessions/${id}`),
    await other.get(`/api/sessions/${id}/events`),
    await other.post(`/api/sessions/${id}/check`),
    await other.post(`/api/sessions/${id}/terminals`),
    await other.delete(`/api/sessions/${id}`),
  ])
    expect([reply.status(), (await reply.json()).error.code]).toEqual([404, 'session-not-found']);
  await other.dispose();

  expect((await request.delete(`/api/sessions/${id}`)).status()).toBe(204);
  const ended = await request.get(`/api/sessions/${id}`);
  expect(ended.status()).toBe(410);
  expect((await ended.json()).error).toMatchObject({
    code: 'session-ended',
    message: 'This lab session has ended. You ended this lab.',
  });
});

test('there are only so many hints', async ({ request }) => {
  const id = await startLab(request);
  const take = (index?: number) =>
    request.post(`/api/sessions/${id}/hints`, { data: { task: 'replace', index } });
  // The second click of a double click asks for the same one.
  for (const reply of [await take(0), await take(0)]) {
    expect(reply.status()).toBe(200);
    expect((await reply.json()).hints.replace).toMatchObject({ taken: [expect.any(String)], nextCost: null });
  }
  const more = await take();
  expect([more.status(), (await more.json()).error.code]).toEqual([409, 'no-more-hints']);
  await request.delete(`/api/sessions/${id}`);
});

test('events begin with the session as it is, and the log keeps the learner’s cookie to itself', async ({
  request,
  server,
}) => {
  const id = await startLab(request);
  const { cookies } = await request.storageState();
  const secret = cookies[0]?.value ?? '';
  expect(secret.length).toBeGreaterThan(20);
  const stop = new AbortController();
  const stream = await fetch(`${server.url}/api/sessions/${id}/events`, {
    headers: { cookie: `${cookies[0]?.name}=${secret}` },
    signal: stop.signal,
  });
  expect(stream.headers.get('content-type')).toContain('text/event-stream');
  const event = /event: (\w+)\ndata: (.*)\n\n/;
  let text = '';
  for await (const chunk of stream.body ?? []) {
    text += Buffer.from(chunk).toString();
    // What comes before the first event may come alone.
    if (event.test(text)) break;
  }
  stop.abort();
  const [, name, data] = event.exec(text) ?? [];
  expect(name).toBe('session');
  expect(JSON.parse(data ?? '{}')).toMatchObject({ id, state: { kind: 'ready' } });
  await request.delete(`/api/sessions/${id}`);
  expect(server.log).not.toContain(secret);
});
