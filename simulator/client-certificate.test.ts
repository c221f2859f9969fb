import { request } from 'node:https';
import { afterEach, describe, expect, it } from 'vitest';
import { makeAuthority, signCertificate } from './certificate';
import { readCertificateRequest } from './certificate-request';
import { startSimulator } from './index';
import { send } from './kubectl/send';
import { JANE, KEY, MASTER } from './requests-for-tests';
import type { Simulator } from './simulator';

const running: Simulator[] = [];
const start = async (restore?: unknown) => {
  const simulator = await startSimulator(restore ? { restore } : {});
  running.push(simulator);
  return simulator;
};
afterEach(async () => {
  await Promise.all(running.splice(0).map((simulator) => simulator.stop()));
});

const REQUESTS = '/apis/certificates.k8s.io/v1/certificatesigningrequests';
const asked = (name: string, pem: string, usages = ['client auth']) => ({
  apiVersion: 'certificates.k8s.io/v1',
  kind: 'CertificateSigningRequest',
  metadata: { name },
  spec: {
    request: Buffer.from(pem).toString('base64'),
    signerName: 'kubernetes.io/kube-apiserver-client',
    usages,
    username: 'somebody else',
  },
});

/** What the API server says to who shows this certificate. */
const whoami = (cluster: Simulator, cert: string): Promise<{ code: number; body: Record<string, unknown> }> =>
  new Promise((resolve, reject) => {
    const body = JSON.stringify({ apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' });
    const call = request(
      `${cluster.url}/apis/authentication.k8s.io/v1/selfsubjectreviews`,
      {
        method: 'POST',
        cert,
        key: KEY,
        ca: cluster.caCertificate,
        agent: false,
        headers: { 'content-type': 'application/json' },
      },
      (response) => {
        let text = '';
        response.on('data', (chunk) => {
          text += chunk;
        });
        response.on('end', () => resolve({ code: response.statusCode ?? 0, body: JSON.parse(text) }));
      },
    );
    call.on('error', reject);
    call.end(body);
  });

async function decide(cluster: Simulator, name: string, type: 'Approved' | 'Denied') {
  const { json } = await send(cluster, 'admin', 'GET', `${REQUESTS}/${name}`, {});
  json.status = { conditions: [{ type, status: 'True', reason: 'Test', message: '' }] };
  return (await send(cluster, 'admin', 'PUT', `${REQUESTS}/${name}/approval`, { body: json })).json;
}

describe('a signing request', () => {
  it('becomes a certificate that its owner is known by, after a restart too', async () => {
    const cluster = await start();
    const made = (await send(cluster, 'admin', 'POST', REQUESTS, { body: asked('jane', JANE) })).json;
    expect(made.spec).toMatchObject({
      username: 'admin',
      groups: ['system:masters', 'system:authenticated'],
    });
    const approved = await decide(cluster, 'jane', 'Approved');
    expect(approved.status.conditions[0].lastTransitionTime).toMatch(/Z$/);
    const certificate = async () =>
      (await send(cluster, 'admin', 'GET', `${REQUESTS}/jane`, {})).json.status.certificate;
    await expect.poll(certificate).toBeTruthy();
    const pem = Buffer.from(await certificate(), 'base64').toString();
    expect((await whoami(cluster, pem)).body).toMatchObject({
      status: { userInfo: { username: 'jane', groups: ['dev', 'ops', 'system:authenticated'] } },
    });
    const again = await start(JSON.parse(JSON.stringify(cluster.snapshot())));
    expect((await whoami(again, pem)).code).toBe(201);
  });

  it.each([
    [
      'for the masters',
      asked('x', MASTER),
      'use of kubernetes.io/kube-apiserver-client signer with system:masters group is not allowed',
    ],
    ['that is none', asked('x', 'hello'), 'PEM block type must be CERTIFICATE REQUEST'],
    ['for no usage', asked('x', JANE, []), 'spec.usages: Required value'],
    ['for a strange usage', asked('x', JANE, ['flying']), 'spec.usages[0]: Unsupported value: "flying"'],
  ])('is refused %s', async (_, body, message) => {
    const { json } = await send(await start(), 'admin', 'POST', REQUESTS, { body });
    expect(json.message).toContain(message);
  });

  it('fails when its signer has no such usage, and is decided once', async () => {
    const cluster = await start();
    await send(cluster, 'admin', 'POST', REQUESTS, { body: asked('odd', JANE, ['server auth']) });
    await decide(cluster, 'odd', 'Approved');
    const failed = async () =>
      (await send(cluster, 'admin', 'GET', `${REQUESTS}/odd`, {})).json.status.conditions[1]?.message;
    await expect.poll(failed).toBe('invalid usage for client certificate: server auth');
    expect((await decide(cluster, 'odd', 'Denied')).message).toContain(
      'status.conditions: Forbidden: updates may not remove a condition of type "Approved"',
    );
  });

  it('cannot be signed by anybody else', async () => {
    const { subject, publicKey } = readCertificateRequest(JANE);
    const validity = { from: new Date(Date.now() - 1000), to: new Date(Date.now() + 60_000) };
    const forged = signCertificate(makeAuthority(), {
      subject,
      publicKey,
      validity,
      forServer: false,
      encipherment: false,
    });
    expect((await whoami(await start(), forged)).code).toBe(401);
  });
});
