import { describe, expect, it } from 'vitest';
import type { Availability } from '../core/clusters/cluster-provider';
import { PodlabError } from '../core/errors';
import { createHealth } from './health';

const fine: Availability = { available: true, detail: 'cluster “school” of ann' };
const lost: Availability = { available: false, reason: '/etc/podlab/kubeconfig cannot be read', remedy: '' };

function healthOf(cluster: Availability, pingDatabase = async () => {}) {
  const isolation = { kind: 'none' as const, sentence: 'Terminals run as the user ann of this machine.' };
  const clusters = {
    preferred: async () => 'kubeconfig' as const,
    availability: async () => ({ embedded: fine, kind: lost, kubeconfig: cluster }),
  };
  const services = { clusters, isolation } as unknown as Parameters<typeof createHealth>[0]['services'];
  return createHealth({ services, pingDatabase }, '1.2.3')();
}

describe('/healthz', () => {
  it('is 200 while labs can be started and grades saved', async () => {
    expect(await healthOf(fine)).toEqual({
      status: 200,
      body: {
        status: 'ok',
        version: '1.2.3',
        database: { ok: true },
        cluster: { kind: 'kubeconfig', available: true },
        isolation: 'none',
      },
    });
  });

  it.each([
    ['no cluster', lost, undefined, { cluster: { kind: 'kubeconfig', available: false } }],
    [
      'no database',
      fine,
      async () => {
        throw new PodlabError('database-unreachable', 'db.school.example does not answer.', 'Start it.');
      },
      { database: { ok: false, code: 'database-unreachable' } },
    ],
  ])('is 503 with %s, and tells a stranger no name, path or host', async (_, cluster, ping, expected) => {
    const { status, body } = await healthOf(cluster, ping);
    expect(status).toBe(503);
    expect(body).toMatchObject({ status: 'degraded', ...expected });
    expect(JSON.stringify(body)).not.toMatch(/ann|school|\/etc/);
  });
});
