import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createLog } from '../../log';
import { createKindProvider } from './create-kind-provider';
import { dockerAnswers, failures, kindAnswers, type RecordedCall, recordedCli } from './recorded-cli';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'podlab-kind-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function provider(...recordings: RecordedCall[]) {
  const cli = recordedCli(...recordings);
  const options = { cluster: 'podlab', kubeconfig: join(folder, 'kubeconfig'), installation: 'test' };
  return { cli, kind: createKindProvider({ ...options, log: createLog(() => {}), run: cli.run }) };
}

const noCluster: RecordedCall = { command: 'kind get clusters', stderr: 'No kind clusters found.\n' };
const deletes: RecordedCall = {
  command: /^kind delete cluster --name podlab /,
  stderr: 'Deleting cluster "podlab" ...\n',
};
const request = { sessionId: 's1', images: [], progress: () => {}, signal: new AbortController().signal };

describe('whether kind can be used', () => {
  it('says with which Docker', async () => {
    expect(await provider(dockerAnswers, kindAnswers).kind.availability()).toEqual({
      available: true,
      detail: 'A real Kubernetes in Docker 28.2.2 (kind v0.31.0).',
    });
  });

  it.each([
    ['no Docker', failures.dockerMissing, '`docker` is not on the PATH.', /Install docker/],
    ['no kind', failures.kindMissing, '`kind` is not on the PATH.', /Install kind/],
    ['Docker is down', failures.dockerDown, 'Docker does not answer.', /Start Docker/],
    [
      'Docker hangs',
      { command: /^docker info/, exitCode: null, failure: 'timeout' },
      /took too long/,
      /docker info/,
    ],
    [
      'Docker prints no version',
      { command: /^docker info/, stdout: '\n' },
      /docker info/,
      /embedded cluster/,
    ],
    ['not allowed', failures.dockerForbidden, 'This user may not use Docker.', /group `docker`/],
  ] as const)('%s', async (_, failure, reason, remedy) => {
    const answer = await provider(failure as RecordedCall, dockerAnswers, kindAnswers).kind.availability();
    expect(answer).toMatchObject({ available: false });
    if (answer.available) return;
    expect(answer.reason).toMatch(reason);
    expect(answer.remedy).toMatch(remedy);
  });
});

describe('when a cluster cannot be made', () => {
  it.each([
    ['the image cannot be pulled', failures.imagePull, /node image could not be pulled/, /PODLAB_KIND_IMAGE/],
    ['a port is taken', failures.portTaken, /port .* is taken/, /PODLAB_KIND_CONFIG/],
    ['the disk is full', failures.diskFull, /disk is full/, /Free some space/],
    ['the configuration is wrong', failures.badConfig, /configuration/, /PODLAB_KIND_CONFIG/],
    ['the node does not come up', failures.nodeNotUp, /did not come up/, /memory/],
    ['for a reason nobody has seen', failures.unknown, /something nobody has seen before/, /server log/],
  ] as const)('%s: says so, and leaves no half-made cluster', async (_, failure, message, remedy) => {
    const { cli, kind } = provider(dockerAnswers, noCluster, failure as RecordedCall, deletes);
    await expect(kind.open(request)).rejects.toMatchObject({
      code: 'cluster-unavailable',
      message: expect.stringMatching(message),
      remedy: expect.stringMatching(remedy),
    });
    expect(cli.calls.at(-1)).toBe(
      `kind delete cluster --name podlab --kubeconfig ${join(folder, 'kubeconfig')}`,
    );
  });

  it('Docker went down in between', async () => {
    const { kind } = provider(dockerAnswers, failures.dockerDownForKind);
    await expect(kind.open(request)).rejects.toMatchObject({ message: 'Docker does not answer.' });
  });

  it('shows the lines of kind as they come, to every session that waits', async () => {
    const { cli, kind } = provider(dockerAnswers, noCluster, failures.imagePull, deletes);
    const seen: [string[], string[]] = [[], []];
    const both = seen.map((lines, i) =>
      kind
        .open({ ...request, sessionId: `s${i}`, progress: (line) => lines.push(line) })
        .catch((error) => error),
    );
    await Promise.all(both);
    for (const lines of seen) expect(lines).toContain(' • Ensuring node image (kindest/node:v1.99.0) …');
    expect(cli.calls.filter((call) => call.startsWith('kind create'))).toHaveLength(1);
  });

  it('leaves a session that gives up, and goes on for the others', async () => {
    const { kind } = provider(dockerAnswers, noCluster, failures.imagePull, deletes);
    const gone = new AbortController();
    const first = kind.open({ ...request, signal: gone.signal }).catch((error) => error);
    const second = kind.open({ ...request, sessionId: 's2' }).catch((error) => error);
    gone.abort(new Error('left'));
    expect(await first).toMatchObject({ message: 'left' });
    expect(await second).toMatchObject({ code: 'cluster-unavailable' });
  });
});
