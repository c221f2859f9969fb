import { request as httpsRequest } from 'node:https';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Session, startSession } from './session';

let session: Session;
beforeAll(async () => {
  session = await startSession();
});
afterAll(() => session.stop());

const SECRETS = '/api/v1/namespaces/default/secrets';
const secret = (name: string, labels: Record<string, string> = {}, data: Record<string, string> = {}) => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name, labels },
  data,
});

interface WatchEvent {
  type: string;
  // biome-ignore lint/suspicious/noExplicitAny: objects of all kinds.
  object: any;
}

/** Events of a watch until `enough` says so, or the server ends it. */
function watch(path: string, enough: (events: WatchEvent[]) => boolean): Promise<WatchEvent[]> {
  return new Promise((resolve, reject) => {
    const request = httpsRequest(new URL(path, session.simulator.url), {
      ca: session.simulator.caCertificate,
      agent: false,
      headers: { authorization: `Bearer ${session.simulator.token('admin')}` },
    });
    request.on('error', reject);
    request.on('response', (response) => {
      const events: WatchEvent[] = [];
      let rest = '';
      const done = () => {
        resolve(events);
        request.destroy();
      };
      response.on('data', (chunk: Buffer) => {
        const lines = (rest + chunk).split('\n');
        rest = lines.pop() ?? '';
        events.push(...lines.map((line) => JSON.parse(line) as WatchEvent));
        if (enough(events)) done();
      });
      response.on('end', done);
    });
    request.end();
  });
}

const names = (events: WatchEvent[]) =>
  events.map(({ type, object }) => `${type} ${object.metadata?.name ?? ''}`.trim());
const create = (body: object) => session.request('POST', SECRETS, { body });

describe('a watch', () => {
  it('begins with what is there when no version is asked for', async () => {
    await create(secret('first'));
    const events = await watch(
      `${SECRETS}?watch=true&fieldSelector=metadata.name%3Dfirst`,
      (seen) => seen.length >= 1,
    );
    expect(names(events)).toEqual(['ADDED first']);
  });

  it('resumes after a version, and follows', async () => {
    const { json } = await session.request('GET', SECRETS);
    await create(secret('second'));
    const watching = watch(
      `${SECRETS}?watch=1&resourceVersion=${json.metadata.resourceVersion}`,
      (seen) => seen.length >= 3,
    );
    await session.request('PATCH', `${SECRETS}/second`, {
      body: { metadata: { labels: { a: 'b' } } },
      contentType: 'application/merge-patch+json',
    });
    await session.request('DELETE', `${SECRETS}/second`);
    expect(names(await watching)).toEqual(['ADDED second', 'MODIFIED second', 'DELETED second']);
  });

  it('shows an object that comes to match as added, and one that ceases to as deleted', async () => {
    const { json } = await session.request('GET', SECRETS);
    const version = json.metadata.resourceVersion;
    const relabel = (value: string | null) =>
      session.request('PATCH', `${SECRETS}/third`, {
        body: { metadata: { labels: { shown: value } } },
        contentType: 'application/merge-patch+json',
      });
    await create(secret('third'));
    await relabel('yes');
    await relabel(null);
    const events = await watch(
      `${SECRETS}?watch=1&resourceVersion=${version}&labelSelector=shown%3Dyes`,
      (seen) => seen.length >= 2,
    );
    expect(names(events)).toEqual(['ADDED third', 'DELETED third']);
  });

  it('streams the list, with a bookmark where it ends', async () => {
    const events = await watch(
      '/api/v1/namespaces?watch=1&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true',
      (seen) => seen.some(({ type }) => type === 'BOOKMARK'),
    );
    expect(names(events).slice(0, -1)).toEqual([
      'ADDED default',
      'ADDED kube-node-lease',
      'ADDED kube-public',
      'ADDED kube-system',
    ]);
    expect(events.at(-1)?.object).toMatchObject({
      kind: 'Namespace',
      metadata: {
        annotations: { 'k8s.io/initial-events-end': 'true' },
        resourceVersion: expect.stringMatching(/^\d+$/),
      },
    });
  });

  it('ends when its time is up', async () => {
    const events = await watch(
      `${SECRETS}?watch=1&resourceVersion=0&timeoutSeconds=1&labelSelector=none`,
      () => false,
    );
    expect(events).toEqual([]);
  });

  it('shows what ceases to match as it was when it matched last', async () => {
    const { json } = await session.request('GET', SECRETS);
    await create(secret('fourth', { shown: 'once' }));
    const body = { metadata: { labels: { shown: null, hidden: 'now' } } };
    await session.request('PATCH', `${SECRETS}/fourth`, {
      body,
      contentType: 'application/merge-patch+json',
    });
    const events = await watch(
      `${SECRETS}?watch=1&resourceVersion=${json.metadata.resourceVersion}&labelSelector=shown%3Donce`,
      (seen) => seen.length >= 2,
    );
    expect(events.map(({ type, object }) => [type, object.metadata.labels])).toEqual([
      ['ADDED', { shown: 'once' }],
      ['DELETED', { shown: 'once' }],
    ]);
    const [added, deleted] = events.map(({ object }) => Number(object.metadata.resourceVersion));
    expect(deleted).toBeGreaterThan(added ?? 0);
  });

  it('answers a version that is forgotten with 410 in the stream', async () => {
    const text = 'x'.repeat(900_000);
    for (let n = 0; n < 24; n++) {
      const body = secret('first', {}, { n: Buffer.from(`${text}${n}`).toString('base64') });
      await session.request('PUT', `${SECRETS}/first`, { body });
    }
    const [event] = await watch(`${SECRETS}?watch=1&resourceVersion=1`, (seen) => seen.length >= 1);
    expect(event).toMatchObject({ type: 'ERROR', object: { kind: 'Status', code: 410, reason: 'Expired' } });
  });

  it('waits for a version that is to come, but makes no list of it', async () => {
    const future = 'resourceVersion=99999999';
    expect(await watch(`${SECRETS}?watch=1&${future}&timeoutSeconds=1`, () => false)).toEqual([]);
    for (const query of [
      future,
      `watch=1&${future}&sendInitialEvents=true&resourceVersionMatch=NotOlderThan`,
    ]) {
      const { status, json } = await session.request('GET', `${SECRETS}?${query}`);
      expect(status).toBe(504);
      expect(json.message).toMatch(/^Timeout: Too large resource version: 99999999, current: \d+$/);
    }
  });

  it('is allowed to those who may watch the one object that it names', async () => {
    await session.kubectl('create role one --verb=get,watch,list --resource=configmaps --resource-name=mine');
    await session.kubectl('create rolebinding one --role=one --user=ann');
    const seen = (name: string) =>
      session.kubectl(`get configmaps --field-selector=metadata.name=${name} --as=ann`);
    expect((await seen('mine')).stderr).toBe('No resources found in default namespace.\n');
    expect((await seen('other')).stderr).toContain('configmaps "other" is forbidden: User "ann" cannot list');
  });
});
