import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, request } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { makeCertificate } from '../../../simulator/certificate';
import type { ClusterProvider } from '../cluster-provider';
import { ClusterWorker, type StartedWorker } from '../embedded/cluster-worker';
import type { KubeApi } from '../kube-api';
import { createKubeApi } from '../kube-api-client';
import { createKubeconfigProvider } from './create-kubeconfig-provider';

/** A cluster that an operator names, and the operator's kubeconfig in all its states; the API server is real. */
let worker: ClusterWorker;
let started: StartedWorker;
let admin: KubeApi;
let folder: string;
let file: string;
let provider: ClusterProvider;

beforeAll(async () => {
  const users = { admin: { groups: ['system:masters'] }, reader: { groups: [] } };
  worker = new ClusterWorker({ users }, console.error);
  started = await worker.started;
  const { port, caCertificate: ca, tokens } = started;
  admin = createKubeApi({ server: `https://127.0.0.1:${port}`, ca, token: tokens['admin'] });
});
afterAll(async () => {
  admin.close();
  await worker.stop();
});
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'podlab-kubeconfig-'));
  file = join(folder, 'kubeconfig');
  provider = createKubeconfigProvider({ file, installation: 'test' });
});
afterEach(async () => {
  await provider.shutdown();
  rmSync(folder, { recursive: true, force: true });
});

interface Written {
  user: Record<string, unknown>;
  cluster?: Record<string, unknown>;
  context?: string;
}

/** Two contexts, as operators have: the one that is not current leads nowhere. */
function write({ user, cluster, context = 'school' }: Written): void {
  const server = `https://127.0.0.1:${started.port}`;
  const authority = Buffer.from(started.caCertificate).toString('base64');
  const here = { server, 'certificate-authority-data': authority, ...cluster };
  const config = {
    'current-context': context,
    contexts: [
      { name: 'elsewhere', context: { cluster: 'elsewhere', user: 'nobody' } },
      { name: 'school', context: { cluster: 'here', user: 'operator' } },
    ],
    clusters: [
      { name: 'elsewhere', cluster: { server: 'https://127.0.0.1:1' } },
      { name: 'here', cluster: here },
    ],
    users: [
      { name: 'nobody', user: {} },
      { name: 'operator', user },
    ],
  };
  writeFileSync(file, stringify(config));
}
const token = (name: string) => started.tokens[name] ?? '';

async function open(sessionId: string) {
  const { signal } = new AbortController();
  return provider.open({ sessionId, images: [], progress: () => {}, signal });
}
const namespaces = { group: '', version: 'v1', plural: 'namespaces' };

describe('whether the cluster can be used', () => {
  it('depends on the current context', async () => {
    write({ user: { token: token('admin') } });
    expect(await provider.availability()).toEqual({
      available: true,
      detail: 'A namespace of its own on cluster “school”.',
    });
    write({ user: { token: token('admin') }, context: 'elsewhere' });
    expect(await provider.availability()).toMatchObject({
      available: false,
      reason: expect.stringContaining('does not answer'),
    });
  });

  it.each<[string, () => Written, RegExp, RegExp]>([
    [
      'a token that has expired',
      () => ({ user: { token: 'old' } }),
      /does not accept the credentials.*expired/,
      /Renew/,
    ],
    ['nobody’s credentials', () => ({ user: {} }), /may not make namespaces|does not accept/, /./],
    [
      'a user with too few rights',
      () => ({ user: { token: token('reader') } }),
      /may not make namespaces, nor remove namespaces, nor .*roles.*tokens of service accounts on cluster “school”\.$/,
      /cluster-admin/,
    ],
    [
      'a token file that is not there',
      () => ({ user: { tokenFile: 'nothing' } }),
      /names nothing, which cannot be read \(ENOENT\)/,
      /PODLAB_KUBECONFIG/,
    ],
    ['a password', () => ({ user: { username: 'a', password: 'b' } }), /user name and password/, /./],
    ['another’s identity', () => ({ user: { token: 'x', as: 'admin' } }), /impersonates/, /./],
    [
      'an address without encryption',
      () => ({ user: {}, cluster: { server: 'http://127.0.0.1:1' } }),
      /plain HTTP/,
      /https/,
    ],
    [
      'a plug-in that is not installed',
      () => ({ user: { exec: { command: 'podlab-no-such-login', installHint: 'Install the login tool.' } } }),
      /`podlab-no-such-login` gave no credentials: it is not on the server’s PATH/,
      /^Install the login tool\.$/,
    ],
    [
      'a plug-in that fails',
      () => ({ user: { exec: { command: 'sh', args: ['-c', 'echo log in first >&2; exit 3'] } } }),
      /it ended with 3/,
      /as the user that runs Podlab/,
    ],
    [
      'a plug-in that prints something else',
      () => ({ user: { exec: { command: 'echo', args: ['hunter2'] } } }),
      /printed no ExecCredential/,
      /./,
    ],
    [
      'a plug-in that must ask somebody',
      () => ({ user: { exec: { command: 'sh', interactiveMode: 'Always' } } }),
      /nobody to ask/,
      /./,
    ],
  ])('is told with %s, and what to do', async (_, written, reason, remedy) => {
    write(written());
    const answer = await provider.availability();
    expect(answer).toMatchObject({ available: false });
    if (answer.available) return;
    expect(answer.reason).toMatch(reason);
    expect(answer.remedy).toMatch(remedy);
    expect(JSON.stringify(answer)).not.toContain('hunter2');
  });

  it('is answered in time though its credentials are not', async () => {
    write({ user: { exec: { command: 'sleep', args: ['20'] } } });
    expect(await provider.availability()).toMatchObject({
      available: false,
      reason: expect.stringContaining('no answer within'),
    });
  });
});

describe('credentials that change', () => {
  it('are those of the file as it is now, for open sessions too', async () => {
    write({ user: { token: token('admin') } });
    const cluster = await open('renewed');
    write({ user: { token: 'old' } });
    expect(await provider.availability()).toMatchObject({ available: false });
    write({ user: { token: token('admin') } });
    expect(await provider.availability()).toMatchObject({ available: true });
    await cluster.close();
    expect((await admin.get(namespaces, 'podlab-renewed'))?.metadata.deletionTimestamp ?? 'gone').toMatch(
      /./,
    );
  });

  it('are no matter for open sessions when the file names another cluster', async () => {
    write({ user: { token: token('admin') } });
    const cluster = await open('stays');
    write({ user: { token: token('admin') }, context: 'elsewhere' });
    expect(await provider.availability()).toMatchObject({ available: false });
    await cluster.close();
    expect((await admin.get(namespaces, 'podlab-stays'))?.metadata.deletionTimestamp ?? 'gone').toMatch(/./);
  });

  it('are asked of the plug-in again when those that it gave are refused before their time', async () => {
    const script = `echo asked >> calls; cat <<E\n{"status":{"token":"$([ $(wc -l < calls) = 1 ] && echo old || echo "$TOKEN")"}}\nE`;
    const exec = { command: 'sh', args: ['-c', script], env: [{ name: 'TOKEN', value: token('admin') }] };
    write({ user: { exec } });
    expect(await provider.availability()).toMatchObject({ available: true });
    await (await open('refused')).close();
    expect(readFileSync(join(folder, 'calls'), 'utf8')).toBe('asked\nasked\n');
  });

  it('are read again from a token file that somebody renews', async () => {
    writeFileSync(join(folder, 'token'), 'old\n');
    write({ user: { token: 'ignored', tokenFile: 'token' } });
    expect(await provider.availability()).toMatchObject({ available: false });
    writeFileSync(join(folder, 'token'), `${token('admin')}\n`);
    expect(await provider.availability()).toMatchObject({ available: true });
  });
});

describe('a place that cannot be made', () => {
  it('says what was refused, and leaves a place that was there before as it was', async () => {
    write({ user: { token: token('admin') } });
    const before = await open('mine');
    await before.api.apply(
      { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'work' } },
      before.namespace,
    );
    await provider.shutdown();

    write({ user: { token: token('reader') } });
    provider = createKubeconfigProvider({ file, installation: 'test' });
    await expect(open('mine')).rejects.toMatchObject({
      code: 'cluster-unavailable',
      message: expect.stringMatching(/No place could be made on cluster “school”: .*forbidden/),
      remedy: expect.stringContaining('cluster-admin'),
    });
    const configMaps = { group: '', version: 'v1', plural: 'configmaps', namespace: before.namespace };
    expect(await admin.get(configMaps, 'work')).toMatchObject({ metadata: { name: 'work' } });

    write({ user: { token: token('admin') } });
    const again = await open('mine');
    expect([before.takenUp, again.takenUp]).toEqual([false, true]);
    await again.close();
  });

  it.each<[string, (path: string) => { status: number; message: string } | undefined, RegExp, RegExp]>([
    [
      'a policy that refuses labels of Pod Security',
      (path) =>
        path.startsWith('/api/v1/namespaces/podlab-refused?')
          ? { status: 403, message: 'admission webhook "psa.school" denied the request: no own labels' }
          : undefined,
      /admission webhook "psa\.school" denied/,
      /Pod Security labels/,
    ],
    [
      'a quota that is used up',
      (path) =>
        path.includes('/roles/')
          ? {
              status: 403,
              message: 'roles "podlab-learner" is forbidden: exceeded quota: all, requested: count/roles=1',
            }
          : undefined,
      /exceeded quota/,
      /leftovers|raise the quota/,
    ],
    [
      'rights that the operator has not',
      (path) =>
        path.includes('/roles/')
          ? {
              status: 403,
              message:
                'roles.rbac.authorization.k8s.io "podlab-learner" is forbidden: user "ann" (groups=[]) is attempting to grant RBAC permissions not currently held',
            }
          : undefined,
      /attempting to grant/,
      /`escalate`/,
    ],
    [
      'an API server that does not say whether a learner could take over its nodes',
      (path) =>
        path.endsWith('/pods?dryRun=All')
          ? { status: 500, message: 'etcdserver: request timed out' }
          : undefined,
      /etcdserver: request timed out/,
      /kubectl get namespaces/,
    ],
    [
      'an API server that would let a learner take over its nodes',
      (path) => (path.endsWith('/pods?dryRun=All') ? { status: 201, message: '' } : undefined),
      /does not enforce Pod Security/,
      /PodSecurity admission/,
    ],
  ])('by %s: says so, and leaves nothing', async (_, refuse, message, remedy) => {
    const front = await inFrontOf(started, refuse);
    try {
      write({ user: { token: token('admin') }, cluster: front.cluster });
      await expect(open('refused')).rejects.toMatchObject({
        code: 'cluster-unavailable',
        message: expect.stringMatching(message),
        remedy: expect.stringMatching(remedy),
      });
      const left = await admin.get(namespaces, 'podlab-refused');
      expect(left?.metadata.deletionTimestamp ?? 'gone').toMatch(/./);
    } finally {
      await provider.shutdown();
      front.close();
    }
  });
});

/** The API server, but for what a school's own policies answer. */
async function inFrontOf(
  { port, caCertificate }: StartedWorker,
  refuse: (path: string) => { status: number; message: string } | undefined,
) {
  const { ca, cert, key } = makeCertificate();
  const server = createServer({ key, cert }, (incoming, response) => {
    const { method, url: path = '', headers } = incoming;
    const refused = refuse(path);
    if (refused) {
      const { status: code, message } = refused;
      response.writeHead(code, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ kind: 'Status', code, message }));
      return;
    }
    const behind = request({ host: '127.0.0.1', port, ca: caCertificate, method, path, headers }, (reply) => {
      response.writeHead(reply.statusCode ?? 500, reply.headers);
      reply.pipe(response);
    });
    behind.on('error', () => response.destroy());
    incoming.pipe(behind);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port: own } = server.address() as AddressInfo;
  return {
    cluster: {
      server: `https://127.0.0.1:${own}`,
      'certificate-authority-data': Buffer.from(ca).toString('base64'),
    },
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}
