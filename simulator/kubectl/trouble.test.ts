import { request as httpsRequest } from 'node:https';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RESOURCES } from '../schema/resources';
import { type Session, startSession } from './session';

const errors: unknown[] = [];
let session: Session;
beforeAll(async () => {
  session = await startSession({ onError: (error) => errors.push(error) });
});
afterAll(() => session.stop());

const configMaps = '/api/v1/namespaces/default/configmaps';
const configMap = (name: string, data: Record<string, string> = {}) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name },
  data,
});

describe('a request that cannot be served', () => {
  it.each<[string, unknown, string, number, string]>([
    ['half a JSON text', '{"kind": "ConfigMap",', 'application/json', 400, 'BadRequest'],
    ['bytes that are no text', Buffer.from([0xff, 0xfe, 0x00]), 'application/json', 400, 'BadRequest'],
    ['YAML that is none', 'a: [', 'application/yaml', 400, 'BadRequest'],
    ['protobuf that is none', 'k8s', 'application/vnd.kubernetes.protobuf', 400, 'BadRequest'],
    ['another content type', 'x', 'text/html', 415, 'UnsupportedMediaType'],
    ['more than 3 MiB', 'x'.repeat(3 * 2 ** 20 + 1), 'application/json', 413, 'RequestEntityTooLarge'],
  ])('is refused: %s', async (_, body, contentType, status, reason) => {
    const reply = await session.request('POST', configMaps, { body, contentType });
    expect([reply.status, reply.json?.reason]).toEqual([status, reason]);
  });

  it('is refused as etcd does: an object of more than 1.5 MiB', async () => {
    // ConfigMaps and annotations have lower limits of their own; a Pod’s arguments have none.
    const body = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'large' },
      spec: { containers: [{ name: 'c', image: 'busybox', args: ['x'.repeat(1.6 * 2 ** 20)] }] },
    };
    const reply = await session.request('POST', '/api/v1/namespaces/default/pods', { body });
    expect(reply.json).toMatchObject({ code: 500, message: 'etcdserver: request is too large' });
  });

  it.each(
    RESOURCES.filter(({ verbs }) => verbs.includes('create')).map((each) => [each.name, each] as const),
  )('or served, with nearly nothing in it: %s', async (_, { apiVersion, namespaced, plural }) => {
    const root = apiVersion.includes('/') ? '/apis' : '/api';
    const path = `${root}/${apiVersion}${namespaced ? '/namespaces/default' : ''}/${plural}`;
    const managedFields = [{ manager: 'm', operation: 'Update', fieldsV1: { 'f:spec': 'x' } }];
    for (const fields of [
      {},
      { spec: {} },
      { spec: { names: {}, taints: [{}], drivers: [{}] }, subsets: [{ addresses: [{}], ports: [{}] }] },
    ]) {
      const body = { metadata: { generateName: 'nothing-', managedFields }, ...fields };
      expect((await session.request('POST', path, { body })).status).toBeLessThan(500);
    }
    const accept = 'application/json;as=Table;v=v1;g=meta.k8s.io';
    expect((await session.request('GET', path, { accept })).status).toBe(200);
  });

  it('leaves no error behind', () => {
    expect(errors).toEqual([]);
  });
});

/** Opens a stream and never reads it; `head` resolves with the status. */
function unread(path: string) {
  const { simulator } = session;
  const request = httpsRequest(new URL(path, simulator.url), {
    ca: simulator.caCertificate,
    agent: false,
    headers: { authorization: `Bearer ${simulator.token('admin')}` },
  });
  const closed = new Promise<void>((resolve) => {
    request.on('error', () => resolve());
    request.on('close', () => resolve());
  });
  let read = () => {};
  const head = new Promise<number>((resolve, reject) => {
    request.on('response', (response) => {
      response.on('error', () => {});
      response.pause();
      read = () => response.resume();
      resolve(response.statusCode ?? 0);
    });
    request.on('error', reject);
  });
  request.end();
  return { head, closed, drop: () => request.destroy(), read: () => read() };
}

describe('a client in trouble', () => {
  it('holds up nobody when it does not read its watch, and is cut off', async () => {
    const watch = unread(`${configMaps}?watch=true`);
    expect(await watch.head).toBe(200);
    const text = 'x'.repeat(900_000);
    for (let i = 0; i < 40; i++)
      await session
        .request('PUT', `${configMaps}/much`, { body: configMap('much', { text: `${text}${i}` }) })
        .then(({ status }) =>
          status === 404
            ? session.request('POST', configMaps, { body: configMap('much', { text }) })
            : undefined,
        );
    // It was cut off long ago: what is still under way to it ends, rather than going on with the watch.
    watch.read();
    await watch.closed;
    const seen = await session.request('GET', `${configMaps}?watch=true&timeoutSeconds=1`);
    expect(seen.text).toContain('"name":"much"');
  });

  it('may drop watches without number', async () => {
    for (let i = 0; i < 200; i++) {
      const watch = unread(`${configMaps}?watch=true`);
      await watch.head;
      watch.drop();
      await watch.closed;
    }
    expect((await session.request('GET', configMaps)).status).toBe(200);
  });

  it('may leave a log unread that is written without end', async () => {
    await session.kubectl(['run', 'yes', '--image=busybox:1.36', '--', 'yes']);
    await session.kubectl('wait --for=condition=Ready pod/yes --timeout=20s');
    const log = unread('/api/v1/namespaces/default/pods/yes/log?follow=true');
    expect(await log.head).toBe(200);
    const other = await session.kubectl('logs yes --tail=2');
    expect(other.stdout).toBe('y\ny\n');
    log.drop();
    await session.kubectl('delete pod yes --force --grace-period=0');
  });

  it('may exec a hundred times at once', async () => {
    await session.kubectl(['run', 'busy', '--image=busybox:1.36', '--', 'sleep', '3600']);
    await session.kubectl('wait --for=condition=Ready pod/busy --timeout=20s');
    const path = '/api/v1/namespaces/default/pods/busy/exec?command=sleep&command=3600&stdout=true';
    const headers = {
      connection: 'Upgrade',
      upgrade: 'websocket',
      'sec-websocket-version': '13',
      'sec-websocket-key': 'AAAAAAAAAAAAAAAAAAAAAA==',
      'sec-websocket-protocol': 'v5.channel.k8s.io',
    };
    const { simulator } = session;
    const statuses = await Promise.all(
      Array.from(
        { length: 100 },
        () =>
          new Promise<number>((resolve) => {
            const request = httpsRequest(new URL(path, simulator.url), {
              ca: simulator.caCertificate,
              agent: false,
              headers: { ...headers, authorization: `Bearer ${simulator.token('admin')}` },
            });
            request.on('upgrade', (response, socket) => {
              socket.destroy();
              resolve(response.statusCode ?? 0);
            });
            request.on('response', (response) => resolve(response.statusCode ?? 0));
            request.on('error', () => resolve(0));
            request.end();
          }),
      ),
    );
    expect(new Set(statuses)).toEqual(new Set([101]));
    const after = await session.kubectl(['exec', 'busy', '--', 'echo', 'still here']);
    expect(after.stdout).toBe('still here\n');
  });
});
