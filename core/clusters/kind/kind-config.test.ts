import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { createLog } from '../../log';
import { createKindProvider } from './create-kind-provider';
import { readKindConfig } from './kind-config';
import { dockerAnswers, failures, kindAnswers, type RecordedCall, recordedCli } from './recorded-cli';

const folder = mkdtempSync(join(tmpdir(), 'podlab-kind-config-'));
const file = join(folder, 'kind.yaml');
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const valid = 'kind: Cluster\napiVersion: kind.x-k8s.io/v1alpha4\n';

function provider(configFile: string, ...recordings: RecordedCall[]) {
  const cli = recordedCli(...recordings);
  const options = {
    cluster: 'podlab',
    kubeconfig: join(folder, 'kubeconfig'),
    installation: 'test',
    configFile,
  };
  return { cli, kind: createKindProvider({ ...options, log: createLog(() => {}), run: cli.run }) };
}

describe('the file that PODLAB_KIND_CONFIG names', () => {
  it.each([
    ['a minimal one', valid, undefined],
    ['one with a name', `${valid}name: school\nnodes:\n- role: control-plane\n- role: worker\n`, 'school'],
    ['one in JSON', '{"kind": "Cluster", "apiVersion": "kind.x-k8s.io/v1alpha4"}', undefined],
    ['fields that kind alone knows', `${valid}featureGates: {Sparkle: true}\n`, undefined],
  ])('may be %s', async (_, text, name) => {
    writeFileSync(file, text);
    expect(await readKindConfig(file)).toEqual({ name });
  });

  it.each([
    ['a tab', `${valid}nodes:\n\t- role: worker\n`, /kind\.yaml:4:1: .*[Tt]ab/],
    ['a bracket that is not closed', `${valid}nodes: [\n`, /kind\.yaml:\d+:\d+: /],
    ['a key twice', `${valid}name: a\nname: b\n`, /kind\.yaml:4:1: .*`name` again/],
    ['a list', '- role: worker\n', /kind\.yaml:1:1: expected a map, found a list/],
    ['nothing', '', /kind\.yaml is empty/],
    [
      'another kind',
      '# ours\nkind: Pod\napiVersion: v1\n',
      /kind\.yaml:2:1: kind: expected Cluster, found "Pod"/,
    ],
    [
      'no apiVersion',
      'kind: Cluster\n',
      /kind\.yaml:1:1: apiVersion: expected kind\.x-k8s\.io\/v1alpha4, found nothing/,
    ],
    [
      'an apiVersion of kubeadm',
      'kind: Cluster\napiVersion: v1\n',
      /kind\.yaml:2:1: apiVersion: expected kind\.x-k8s\.io\/v1alpha4, found "v1"/,
    ],
  ])('may not be %s: said with its line, before any lab starts', async (_, text, says) => {
    writeFileSync(file, text);
    const answer = await provider(file, dockerAnswers, kindAnswers).kind.availability();
    expect(answer).toMatchObject({
      available: false,
      reason: expect.stringMatching(/^The kind configuration is wrong: .*\.$/),
      remedy: expect.stringContaining('PODLAB_KIND_CONFIG'),
    });
    if (!answer.available) expect(answer.reason).toMatch(says);
  });

  it('may not be missing', async () => {
    const missing = join(folder, 'missing.yaml');
    await expect(readKindConfig(missing)).rejects.toMatchObject({
      code: 'cluster-unavailable',
      message: `The kind configuration is wrong: ${missing} cannot be read (ENOENT).`,
    });
  });
});

describe('making a cluster from it', () => {
  const noCluster: RecordedCall = { command: 'kind get clusters', stderr: 'No kind clusters found.\n' };
  const deletes: RecordedCall = { command: /^kind delete cluster / };
  const open = async (text: string, failure: RecordedCall) => {
    writeFileSync(file, text);
    const { cli, kind } = provider(file, dockerAnswers, noCluster, failure, deletes);
    const lines: string[] = [];
    const request = { sessionId: 's1', images: [], signal: new AbortController().signal };
    const error = await kind.open({ ...request, progress: (line) => lines.push(line) }).catch((e) => e);
    return { cli, lines, error };
  };

  it('gives kind the file as it is, and the name of PODLAB_KIND_CLUSTER, which it says', async () => {
    const { cli, lines } = await open(`${valid}name: school\n`, failures.unknown);
    expect(cli.calls.find((call) => call.startsWith('kind create'))).toBe(
      `kind create cluster --name podlab --kubeconfig ${join(folder, 'kubeconfig')} --wait 180s --config ${file}`,
    );
    expect(lines).toContain(`It is called “podlab” (PODLAB_KIND_CLUSTER), not “school” as in ${file}`);
  });

  it('names file and line of a field that kind does not know', async () => {
    const { error } = await open(`${valid}nods: []\n`, failures.badConfig);
    expect(error).toMatchObject({
      code: 'cluster-unavailable',
      message: `The kind configuration is wrong: ${file}:3: field nods not found in type v1alpha4.Cluster.`,
      remedy: expect.stringContaining('PODLAB_KIND_CONFIG'),
    });
  });

  it('asks kind nothing when the file is wrong by then', async () => {
    const { cli, error } = await open('kind: Pod\n', failures.unknown);
    expect(error).toMatchObject({ message: expect.stringContaining(`${file}:1:1: kind: expected Cluster`) });
    expect(cli.calls.filter((call) => call.startsWith('kind create'))).toEqual([]);
  });
});
