import { describe, expect, it } from 'vitest';
import { isPodlabError } from '../errors';
import { configurationPage } from './configuration-page';
import { loadConfig } from './load-config';

const load = (env: Record<string, string>) => loadConfig(env, '/srv/podlab');

function problemOf(env: Record<string, string>): { message: string; remedy: string } {
  try {
    load(env);
  } catch (error) {
    if (isPodlabError(error) && error.code === 'config-invalid') return error;
    throw error;
  }
  throw new Error('was accepted');
}

describe('configuration', () => {
  it('serves this machine alone, from a folder of its own, when nothing is set', () => {
    expect(load({})).toEqual({
      host: '127.0.0.1',
      port: 3000,
      loopback: true,
      shared: false,
      publicUrl: undefined,
      dataFolder: '/srv/podlab/.podlab',
      databaseUrl: 'file:/srv/podlab/.podlab/podlab.db',
      cluster: 'auto',
      kubeconfig: undefined,
      kind: { cluster: 'podlab', image: undefined, configFile: undefined, engine: undefined },
      kubectl: undefined,
      sandbox: 'auto',
      shells: { perSession: 8, idleMs: 14_400_000, abandonedMs: 3_600_000 },
      sessions: { most: expect.any(Number), idleMs: 28_800_000 },
      warnings: [],
    });
  });

  it.each([
    [{ PODLAB_PORT: '' }, { port: 3000 }],
    [{ PODLAB_PORT: ' 8080 ' }, { port: 8080 }],
    [
      { PODLAB_DATA: 'data' },
      { dataFolder: '/srv/podlab/data', databaseUrl: 'file:/srv/podlab/data/podlab.db' },
    ],
    [{ DATABASE_URL: 'file:my.db' }, { databaseUrl: 'file:/srv/podlab/my.db' }],
    [{ DATABASE_URL: 'file:///var/my.db' }, { databaseUrl: 'file:/var/my.db' }],
    [{ DATABASE_URL: 'postgres://a:b@c/d' }, { databaseUrl: 'postgres://a:b@c/d' }],
    [{ PODLAB_CLUSTER: 'kubeconfig', PODLAB_KUBECONFIG: 'kube' }, { kubeconfig: '/srv/podlab/kube' }],
    [{ PODLAB_HOST: '::1' }, { loopback: true }],
    [{ PODLAB_HOST: '0.0.0.0' }, { loopback: false }],
    [{ PODLAB_PUBLIC_URL: 'https://podlab.example/' }, { publicUrl: 'https://podlab.example' }],
    [{ PODLAB_PUBLIC_URL: 'http://[::1]:3000' }, { shared: false }],
  ])('reads %j', (env, expected) => {
    expect(load(env)).toMatchObject(expected);
  });

  it.each([
    ['PODLAB_PORT', '70000'],
    ['PODLAB_PORT', '3000x'],
    ['PODLAB_PORT', '-1'],
    ['PODLAB_HOST', 'a b'],
    ['PODLAB_PUBLIC_URL', 'podlab.example'],
    ['PODLAB_PUBLIC_URL', 'https://podlab.example/under'],
    ['DATABASE_URL', 'mysql://x/y'],
    ['PODLAB_CLUSTER', 'minikube'],
    ['PODLAB_KIND_CLUSTER', 'Pod Lab'],
    ['PODLAB_SANDBOX', 'yes'],
    ['PODLAB_SHELLS_PER_SESSION', '0'],
  ])('names %s=%j, and what would be right', (name, value) => {
    const { message, remedy } = problemOf({ [name]: value });
    expect(message).toContain(`${name} is "${value}"`);
    expect(remedy).toMatch(new RegExp(`^Set ${name} to .+, or unset it \\(default: .+\\)\\.$`));
  });

  it('names all problems at once', () => {
    expect(problemOf({ PODLAB_PORT: 'x', PODLAB_CLUSTER: 'y' }).message).toMatch(
      /PODLAB_PORT.*PODLAB_CLUSTER/,
    );
  });

  it('never prints a password', () => {
    for (const password of ['s3cret', 'p@s3cret', 'a/s3cret'])
      expect(problemOf({ DATABASE_URL: `mysql://ann:${password}@db/x` }).message).not.toContain('s3cret');
  });

  it('wants a kubeconfig for the cluster of that name', () => {
    expect(problemOf({ PODLAB_CLUSTER: 'kubeconfig' }).remedy).toContain('PODLAB_KUBECONFIG');
  });

  it('does not let several people in without a sandbox', () => {
    for (const [name, value] of [
      ['PODLAB_HOST', '0.0.0.0'],
      ['PODLAB_PUBLIC_URL', 'https://podlab.example'],
    ] as const)
      expect(problemOf({ [name]: value, PODLAB_SANDBOX: 'none' }).message).toContain(
        'other people could open shells',
      );
  });

  it('points at a mistyped variable', () => {
    expect(load({ PODLAB_PROT: '8080', PODLAB_X: '1' }).warnings).toEqual([
      'PODLAB_PROT is not a setting of Podlab; did you mean PODLAB_PORT?',
      'PODLAB_X is not a setting of Podlab.',
    ]);
  });

  it('is documented', async () => {
    await expect(configurationPage()).toMatchFileSnapshot('../../docs/configuration.md');
  });
});
