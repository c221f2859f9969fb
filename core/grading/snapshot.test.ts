import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { LabCluster } from '../clusters/cluster-provider';
import { createEmbeddedProvider } from '../clusters/embedded/create-embedded-provider';
import { type KubeApi, KubeApiError } from '../clusters/kube-api';
import { createLog } from '../log';
import { ClusterView } from './cluster-view';

/** One picture of many kinds, on the embedded cluster, with somebody who writes between the lists. */
let folder: string;
let provider: ReturnType<typeof createEmbeddedProvider>;
let cluster: LabCluster;
let api: KubeApi;
let namespace: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'podlab-snapshot-'));
  provider = createEmbeddedProvider({ folder, log: createLog(() => {}), spare: false });
  cluster = await provider.open({
    sessionId: 'snapshot',
    images: [],
    progress: () => {},
    signal: AbortSignal.timeout(30_000),
  });
  ({ api, namespace } = cluster);
});
afterAll(async () => {
  await cluster.close();
  await provider.shutdown();
  await rm(folder, { recursive: true });
});
beforeEach(async () => {
  for (const kind of kinds) await remove(kind);
});

const kinds = ['ConfigMap', 'Secret', 'ServiceAccount'] as const;
type Kind = (typeof kinds)[number];
const pluralOf = { ConfigMap: 'configmaps', Secret: 'secrets', ServiceAccount: 'serviceaccounts' };
const refOf = (kind: Kind) => ({ group: '', version: 'v1', plural: pluralOf[kind], namespace });
const write = (kind: Kind, label = '') =>
  api.apply({ apiVersion: 'v1', kind, metadata: { name: 'wanderer', labels: { label } } }, namespace);
const remove = (kind: Kind) => api.delete(refOf(kind), 'wanderer');

/** A picture as the grader takes it, through an API that a test may have changed. */
async function picture(of: readonly (Kind | 'Event')[], through: Partial<KubeApi> = {}) {
  const view = new ClusterView(
    { ...api, ...through },
    namespace,
    of.map((kind) => ({ kind })),
    () => {},
    () => {},
  );
  try {
    const taken = await view.freshPicture(AbortSignal.timeout(20_000));
    return of.map((kind) => taken.objects({ kind }).filter(({ metadata }) => metadata.name === 'wanderer'));
  } finally {
    view.close();
  }
}

/** Lists as always, and does something when the first answer is there. */
function afterFirstList(run: () => Promise<unknown>): Partial<KubeApi> {
  let done: Promise<unknown> | undefined;
  return {
    async list(...asked) {
      const answer = await api.list(...asked);
      done ??= run();
      await done;
      return answer;
    },
  };
}

const orders: [Kind, Kind][] = [
  ['ConfigMap', 'Secret'],
  ['Secret', 'ConfigMap'],
];

test.each(
  orders,
)('what moves from one kind to another during a picture is seen once: %s first', async (...of) => {
  await write('ConfigMap');
  const moved = await picture(
    of,
    afterFirstList(async () => {
      await remove('ConfigMap');
      await write('Secret');
    }),
  );
  expect(moved.map((found) => found.length)).toEqual(of.map((kind) => (kind === 'ConfigMap' ? 1 : 0)));
  expect((await picture(of)).flat().map(({ kind }) => kind)).toEqual(['Secret']);
});

describe('a kind that cannot be had at that version is listed as it is now', () => {
  const secretsApart = (
    answer: (at: string | undefined) => Promise<string | undefined>,
  ): Partial<KubeApi> => ({
    async list(ref, signal, at) {
      if (ref.plural !== 'secrets') return api.list(ref, signal, at);
      const version = await answer(at);
      const { items, resourceVersion } = await api.list(ref, signal);
      return { items, resourceVersion: version ?? resourceVersion };
    },
  });
  const refusing = (code: number) => async (at: string | undefined) => {
    if (at !== undefined) throw new KubeApiError(code, '', 'not at that version');
    return undefined;
  };

  test.each<[string, (at: string | undefined) => Promise<string | undefined>]>([
    ['the server has forgotten it', refusing(410)],
    ['the server has not come so far', refusing(504)],
    ['etcd says that it is in the future', refusing(500)],
    ['the server has no versions', async () => ''],
    ['the server has versions of its own', async () => '3'],
  ])('%s', async (_, answer) => {
    await write('ConfigMap', 'before');
    await write('Secret', 'before');
    for (const of of [['ConfigMap', 'Secret'] as const, kinds]) {
      const found = await picture(of, secretsApart(answer));
      expect(found.flat().map(({ kind }) => kind)).toEqual(of.filter((kind) => kind !== 'ServiceAccount'));
    }
  });

  test('events, which may be counted elsewhere, do not choose the version', async () => {
    const asked: string[] = [];
    const listening: Partial<KubeApi> = {
      list(ref, signal, at) {
        asked.push(`${ref.plural} ${at === undefined ? 'now' : 'then'}`);
        return api.list(ref, signal, at);
      },
    };
    await picture(['Event', 'Secret', 'ConfigMap'], listening);
    expect(asked).toEqual(['secrets now', 'configmaps then', 'events then']);
  });

  test('not when it is forbidden: that is told', async () => {
    const forbidden = async () => {
      throw new KubeApiError(403, 'Forbidden', 'secrets is forbidden');
    };
    await expect(picture(['ConfigMap', 'Secret'], secretsApart(forbidden))).rejects.toThrow(
      'Podlab could not read the Secrets of this lab: secrets is forbidden',
    );
  });
});
