import { createServer, get, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { VirtualClock } from '../../clock/virtual-clock';
import { resourceByName } from '../../schema/resources';
import type { KubeObject } from '../../schema/types';
import { Store } from '../../store/store';
import type { ObjectStorage } from '../storage/object-storage';
import type { Exchange } from './exchange';
import { serveWatch } from './list-and-watch';
import { ObjectJson } from './object-json';
import { Representation } from './representation';

const clock = new VirtualClock();
const resource = resourceByName('configmaps');
const configMap = (name: string, text = '') =>
  ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name, namespace: 'default' },
    data: { text },
  }) as unknown as KubeObject;
const errors: unknown[] = [];
let store: Store;
let server: Server;

beforeEach(async () => {
  store = new Store();
  const json = new ObjectJson(clock);
  const storage = { parts: { store, clock } } as unknown as ObjectStorage;
  const representation = new Representation(
    resource,
    'object',
    'Metadata',
    () => ({ columnDefinitions: [], rows: [] }),
    () => clock.now(),
  );
  server = createServer((request, response) => {
    const query = new URL(request.url ?? '/', 'http://cluster').searchParams;
    const exchange = { request, response, query, warnings: [] } as unknown as Exchange;
    const parts = { storage, json, onError: (error: unknown) => errors.push(error) };
    serveWatch(parts, exchange, resource, { namespace: 'default' }, representation);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

function watch(query = ''): Promise<IncomingMessage> {
  const { port } = server.address() as AddressInfo;
  return new Promise((resolve, reject) => {
    const request = get(`http://127.0.0.1:${port}/?${query}`, { agent: false }, (response) => {
      response.on('error', () => {});
      resolve(response);
    });
    request.on('error', reject);
  });
}

it('watches end with their clients', async () => {
  const clients = await Promise.all(Array.from({ length: 100 }, () => watch()));
  await expect.poll(() => store.watcherCount).toBe(100);
  for (const client of clients) client.destroy();
  await expect.poll(() => store.watcherCount, { timeout: 20_000 }).toBe(0);
});

it('watches end with their time', async () => {
  const client = await watch('timeoutSeconds=5');
  client.resume();
  await expect.poll(() => store.watcherCount).toBe(1);
  await clock.advance(5_000);
  expect(store.watcherCount).toBe(0);
});

it('a client that does not read is cut off, and the others are not', async () => {
  const slow = await watch();
  const reader = await watch();
  slow.pause();
  let seen = '';
  reader.on('data', (chunk: Buffer) => {
    seen = (seen + chunk.toString()).slice(-200);
  });
  await expect.poll(() => store.watcherCount).toBe(2);
  const text = 'x'.repeat(1_000_000);
  for (let i = 0; store.watcherCount === 2; i++) {
    store.put('configmaps', configMap('large', `${text}${i}`));
    while (!seen.includes(`x${i}"`)) await new Promise((resolve) => setImmediate(resolve));
  }
  store.put('configmaps', configMap('last'));
  await expect.poll(() => seen, { timeout: 20_000 }).toContain('"name":"last"');
  expect(store.watcherCount).toBe(1);
});
