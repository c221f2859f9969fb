import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
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

const provider = (...recordings: RecordedCall[]) => providerOn(undefined, ...recordings);

/** `engine`: what KIND_EXPERIMENTAL_PROVIDER names. */
function providerOn(engine: string | undefined, ...recordings: RecordedCall[]) {
  const cli = recordedCli(...recordings);
  const options = { cluster: 'podlab', kubeconfig: join(folder, 'kubeconfig'), installation: 'test', engine };
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
    ['Docker cannot be reached', failures.dockerUnreachable, 'Docker does not answer.', /Start Docker/],
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

describe('the engine that its nodes run in', () => {
  const podman: RecordedCall = { command: 'podman -v', stdout: 'podman version 5.4.2\n' };
  const nothing = (...programs: string[]): RecordedCall[] =>
    programs.map((program) => ({ command: `${program} -v`, exitCode: null, failure: 'ENOENT' }));
  const podmanAnswers: RecordedCall = { command: /^podman info /, stdout: '5.4.2\n' };
  const podmanDown: RecordedCall = {
    command: /^podman info /,
    exitCode: 125,
    stderr:
      'Cannot connect to Podman. Please verify your connection to the Linux system using `podman system connection list`, or try `podman machine init` and `podman machine start` to manage a new Linux VM\nError: unable to connect to Podman socket\n',
  };

  it.each<[string, string | undefined, RecordedCall[], string]>([
    [
      'the one that is installed',
      undefined,
      [...nothing('docker', 'nerdctl', 'finch'), podman],
      'Podman 5.4.2',
    ],
    ['the one that is named', 'podman', [dockerAnswers], 'Podman 5.4.2'],
    ['Docker, when both are there', undefined, [dockerAnswers, podman], 'Docker 28.2.2'],
    [
      'Podman, when it calls itself docker',
      undefined,
      [{ command: 'docker -v', stdout: 'podman version 5.4.2\n' }, ...nothing('nerdctl', 'finch'), podman],
      'Podman 5.4.2',
    ],
    [
      'finch, as nerdctl',
      'finch',
      [{ command: 'finch info --format {{.ServerVersion}}', stdout: 'v2.1.3\n' }],
      'Finch v2.1.3',
    ],
  ])('is %s, as kind itself chooses', async (_, named, recordings, says) => {
    const { kind } = providerOn(named, ...recordings, podmanAnswers, kindAnswers);
    expect(await kind.availability()).toMatchObject({
      available: true,
      detail: `A real Kubernetes in ${says} (kind v0.31.0).`,
    });
  });

  it('is named in what went wrong', async () => {
    const { kind } = providerOn('podman', podmanDown, kindAnswers);
    expect(await kind.availability()).toEqual({
      available: false,
      reason: 'Podman does not answer.',
      remedy: 'Start Podman, then try again; or use the embedded cluster.',
    });
  });
});

describe('a cluster that Podlab did not make', () => {
  const listed: RecordedCall = { command: 'kind get clusters', stdout: 'podlab\n' };
  const node: RecordedCall = { command: /^kind get nodes /, stdout: 'podlab-control-plane\n' };
  const starts: RecordedCall = { command: 'docker start podlab-control-plane' };
  const notYet: RecordedCall = {
    command: /^kind get kubeconfig /,
    exitCode: 1,
    stderr:
      'ERROR: failed to get cluster internal kubeconfig: command "docker exec --privileged podlab-control-plane cat /etc/kubernetes/admin.conf" failed with error: exit status 1\nCommand Output: cat: /etc/kubernetes/admin.conf: No such file or directory\n',
  };
  const neverStarts: RecordedCall = {
    command: /^kind get kubeconfig /,
    exitCode: 1,
    stderr:
      'ERROR: failed to get cluster internal kubeconfig: command "docker exec" failed with error: exit status 1\nCommand Output: Error response from daemon: container 7d is not running\n',
  };
  const hangs: RecordedCall = { command: /^kind get nodes /, exitCode: null, failure: 'timeout' };

  it.each<[string, RecordedCall[], RegExp]>([
    ['is just being made', [listed, notYet], /half made, or somebody is just making it/],
    [
      'does not start',
      [listed, neverStarts, node, starts],
      /container 7d is not running|kind get kubeconfig/,
    ],
    ['has nodes that kind cannot list', [listed, neverStarts, hangs], /`kind get nodes` took too long/],
    ['appears meanwhile', [noCluster, failures.madeByAnother], /Another cluster of that name/],
  ])('is never removed: one that %s', async (_, recordings, message) => {
    const { cli, kind } = provider(dockerAnswers, ...recordings, deletes);
    await expect(kind.open(request)).rejects.toMatchObject({
      code: 'cluster-unavailable',
      message: expect.stringMatching(message),
      remedy: expect.stringMatching(/\w/),
    });
    expect(cli.calls.filter((call) => call.includes('delete'))).toEqual([]);
  });

  it.each([
    ['its node runs', [notYet]],
    ['its node does not start', [neverStarts, node, starts]],
  ])('is told from one that a server of ours left half made, which is made anew: %s', async (_, recordings) => {
    const { cli, kind } = provider(dockerAnswers, listed, ...recordings, deletes, failures.unknown);
    const making = join(folder, 'kubeconfig.making');
    writeFileSync(making, '');
    await expect(kind.open(request)).rejects.toMatchObject({
      message: expect.stringContaining('seen before'),
    });
    const done = cli.calls.map((call) => call.split(' ').slice(0, 2).join(' '));
    expect(done.slice(-3)).toEqual(['kind delete', 'kind create', 'kind delete']);
    expect(existsSync(making)).toBe(false);
  });
});

describe('when a cluster cannot be made', () => {
  it.each([
    ['the image cannot be pulled', failures.imagePull, /node image could not be pulled/, /PODLAB_KIND_IMAGE/],
    ['a port is taken', failures.portTaken, /port .* is taken/, /PODLAB_KIND_CONFIG/],
    ['the disk is full', failures.diskFull, /disk is full/, /Free some space/],
    ['the configuration is wrong', failures.badConfig, /configuration/, /PODLAB_KIND_CONFIG/],
    ['the node does not come up', failures.nodeNotUp, /did not come up/, /memory/],
    ['Docker is rootless, without delegation', failures.rootless, /rootless/, /user\/rootless/],
    ['there is no network left', failures.noNetwork, /no network left/, /docker network prune/],
    ['files cannot be watched', failures.tooFewWatches, /watch too few files/, /fs\.inotify/],
    ['Docker has an init of its own', failures.ownInit, /init process/, /daemon\.json/],
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

  it('tells a session that had given up before nothing more, and no process of it', async () => {
    const { kind } = provider(dockerAnswers, noCluster, failures.imagePull, deletes);
    const gone = AbortSignal.abort(new Error('left'));
    const lines: string[] = [];
    const opening = kind.open({ ...request, signal: gone, progress: (line) => lines.push(line) });
    await expect(opening).rejects.toThrow('left');
    await kind.shutdown();
    expect(lines.filter((line) => line.includes('Ensuring'))).toEqual([]);
  });
});
