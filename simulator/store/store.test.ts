import { describe, expect, it } from 'vitest';
import type { KubeObject } from '../schema/types';
import { Store, type StoreEvent } from './store';

const configMap = (name: string, data: Record<string, string> = {}, namespace = 'default'): KubeObject =>
  ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace }, data }) as KubeObject;

const turn = () => new Promise((resolve) => setImmediate(resolve));
const brief = (events: StoreEvent[]) =>
  events.map((event) => `${event.type} ${event.object.metadata.name} ${event.resourceVersion}`);

describe('Store', () => {
  it('numbers every change of every resource from one counter', () => {
    const store = new Store();
    expect(store.put('configmaps', configMap('a')).metadata.resourceVersion).toBe('1');
    expect(store.put('secrets', configMap('a')).metadata.resourceVersion).toBe('2');
    expect(store.remove('configmaps', 'default', 'a')?.metadata.resourceVersion).toBe('3');
    expect(store.resourceVersion).toBe(3);
  });

  it('lists by namespace and name in byte order', () => {
    const store = new Store();
    for (const [namespace, name] of [
      ['b', 'x'],
      ['a', 'z'],
      ['a', 'B'],
      ['a', 'a-1'],
      // As etcd's keys sort: `/` stands after `-`.
      ['a-2', 'x'],
    ] as const) {
      store.put('configmaps', configMap(name, {}, namespace));
    }
    const names = (objects: KubeObject[]) =>
      objects.map((object) => `${object.metadata.namespace}/${object.metadata.name}`);
    expect(names(store.list('configmaps'))).toEqual(['a-2/x', 'a/B', 'a/a-1', 'a/z', 'b/x']);
    const now = store.resourceVersion;
    store.put('configmaps', configMap('later'));
    expect(names(store.listAt('configmaps', '', now))).toEqual(['a-2/x', 'a/B', 'a/a-1', 'a/z', 'b/x']);
    expect(names(store.list('configmaps', 'b'))).toEqual(['b/x']);
    expect(store.list('pods')).toEqual([]);
  });

  it('hands out the stored object itself, which nobody can change', () => {
    const store = new Store();
    store.put('configmaps', configMap('a', { key: 'value' }));
    const object = store.get('configmaps', 'default', 'a') as KubeObject & { data: Record<string, string> };
    expect(store.get('configmaps', 'default', 'a')).toBe(object);
    expect(() => {
      object.data.key = 'other';
    }).toThrow(TypeError);
  });

  it('tells watchers of each change in order, after the write, in their namespace', async () => {
    const store = new Store();
    const all: StoreEvent[] = [];
    const inDefault: StoreEvent[] = [];
    store.watch('configmaps', { namespace: '', after: 0 }, (events) => all.push(...events));
    store.watch('configmaps', { namespace: 'default', after: 0 }, (events) => inDefault.push(...events));
    store.put('configmaps', configMap('a'));
    store.put('configmaps', configMap('b', {}, 'other'));
    store.put('configmaps', configMap('a', { changed: 'yes' }));
    store.remove('configmaps', 'default', 'a');
    expect(all).toEqual([]);
    await turn();
    expect(brief(all)).toEqual(['ADDED a 1', 'ADDED b 2', 'MODIFIED a 3', 'DELETED a 4']);
    expect(brief(inDefault)).toEqual(['ADDED a 1', 'MODIFIED a 3', 'DELETED a 4']);
  });

  it('replays what happened after a version, and ends when told to', async () => {
    const store = new Store();
    for (const name of ['a', 'b', 'c']) store.put('configmaps', configMap(name));
    const seen: StoreEvent[] = [];
    const stop = store.watch('configmaps', { namespace: '', after: 1 }, (events) => seen.push(...events));
    await turn();
    stop();
    store.put('configmaps', configMap('d'));
    await turn();
    expect(brief(seen)).toEqual(['ADDED b 2', 'ADDED c 3']);
    expect(store.watcherCount).toBe(0);
  });

  it('answers 410 Expired for a version that is forgotten, and serves those it remembers', () => {
    const store = new Store();
    for (let i = 0; i < 2000; i++) store.put('configmaps', configMap('a', { i: String(i) }));
    const watch = (after: number) => store.watch('configmaps', { namespace: '', after }, () => {});
    expect(() => watch(1)).toThrow(
      expect.objectContaining({
        code: 410,
        reason: 'Expired',
        message: expect.stringMatching(/^too old resource version: 1 \(\d+\)$/),
      }),
    );
    expect(watch(1500)).toBeTypeOf('function');
  });

  it('keeps the history of a quiet resource while another is busy', () => {
    const store = new Store();
    store.put('secrets', configMap('quiet'));
    for (let i = 0; i < 3000; i++) store.put('configmaps', configMap('a'));
    expect(store.watch('secrets', { namespace: '', after: 0 }, () => {})).toBeTypeOf('function');
  });

  it('remembers fewer changes when they are large', () => {
    const store = new Store();
    for (let i = 0; i < 40; i++) store.put('configmaps', configMap('a', { text: 'x'.repeat(1_000_000) + i }));
    const watch = (after: number) => store.watch('configmaps', { namespace: '', after }, () => {});
    expect(() => watch(10)).toThrow('too old resource version');
    expect(watch(35)).toBeTypeOf('function');
    // What a later version shares with an earlier one costs nothing.
    const shared = store.put('secrets', configMap('a', { text: 'x'.repeat(1_000_000) })) as KubeObject & {
      data: unknown;
    };
    for (let i = 0; i < 40; i++)
      store.put('secrets', { ...shared, metadata: { ...shared.metadata, generation: i } });
    expect(store.watch('secrets', { namespace: '', after: 0 }, () => {})).toBeTypeOf('function');
  });

  it('can list as of an earlier version', () => {
    const store = new Store();
    store.put('configmaps', configMap('a', { v: '1' }));
    store.put('configmaps', configMap('b'));
    const then = store.resourceVersion;
    const before = store.list('configmaps');
    store.put('configmaps', configMap('a', { v: '2' }));
    store.remove('configmaps', 'default', 'b');
    store.put('configmaps', configMap('c'));
    expect(store.listAt('configmaps', '', then)).toEqual(before);
    expect(store.listAt('configmaps', 'default', then)).toEqual(before);
  });

  it('comes back from a snapshot with the same objects and version, and no older history', () => {
    const store = new Store();
    store.put('configmaps', configMap('a', { v: '1' }));
    store.put('secrets', configMap('b'));
    const snapshot = JSON.parse(JSON.stringify(store.snapshot()));
    const restored = new Store(snapshot);
    expect(restored.resourceVersion).toBe(2);
    expect(restored.list('configmaps')).toEqual(store.list('configmaps'));
    expect(() => restored.watch('configmaps', { namespace: '', after: 1 }, () => {})).toThrow(/too old/);
    expect(restored.put('configmaps', configMap('c')).metadata.resourceVersion).toBe('3');
  });
});
