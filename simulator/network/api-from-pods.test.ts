import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Session, startSession } from '../kubectl/session';

const folder = '/var/run/secrets/kubernetes.io/serviceaccount';
let session: Session;

beforeAll(async () => {
  session = await startSession();
  await session.kubectl('run web --image=nginx:1.27-alpine');
  await session.kubectl('wait --for=condition=Ready pod/web --timeout=20s');
});

afterAll(() => session.stop());

async function inPod(script: string): Promise<string> {
  const { stdout, stderr } = await session.kubectl(['exec', 'web', '--', 'sh', '-c', script]);
  return stdout + stderr;
}

describe('the API server, from inside a Pod', () => {
  const trusted = `curl -sS --cacert ${folder}/ca.crt`;
  const asAccount = `${trusted} -H "Authorization: Bearer $(cat ${folder}/token)"`;

  it.each([
    [`${trusted} https://kubernetes.default.svc/healthz`, /^ok$/],
    [`${trusted} https://kubernetes.default.svc/version`, /"gitVersion":\s*"v1\./],
    [`${trusted} https://$KUBERNETES_SERVICE_HOST:$KUBERNETES_SERVICE_PORT/healthz`, /^ok$/],
    ['curl -sk https://kubernetes.default.svc/api', /system:anonymous/],
    [
      `${asAccount} https://kubernetes.default.svc/api/v1/namespaces/default/pods`,
      /User \\"system:serviceaccount:default:default\\" cannot list resource \\"pods\\"/,
    ],
    ['curl -sS https://kubernetes.default.svc/healthz', /^curl: \(60\) SSL certificate problem: /],
    [
      `${trusted} --resolve other.test:443:10.96.0.1 https://other.test/healthz`,
      /^curl: \(60\) SSL: no alternative certificate subject name matches target host name 'other\.test'/,
    ],
    ['wget -qO- https://kubernetes.default.svc/healthz', /^ok$/],
    [
      'wget -O- https://kubernetes.default.svc/healthz 2>&1',
      /^Connecting to kubernetes\.default\.svc \(10\.96\.0\.1:443\)\nwget: note: TLS certificate validation not implemented\n/,
    ],
  ])('%s', async (script, expected) => {
    expect(await inPod(script)).toMatch(expected);
  });

  it('has an issuer whose tokens a Pod can check', async () => {
    const volumes = [
      {
        name: 't',
        projected: { sources: [{ serviceAccountToken: { path: 'token', audience: 'checked' } }] },
      },
    ];
    const args = [
      'test-service-account-issuer-discovery',
      '--token-path',
      '/t/token',
      '--audience',
      'checked',
    ];
    const image = 'registry.k8s.io/e2e-test-images/agnhost:2.53';
    const containers = [{ name: 'c', image, args, volumeMounts: [{ name: 't', mountPath: '/t' }] }];
    const spec = { restartPolicy: 'Never', containers, volumes };
    await session.kubectl(
      'apply -f -',
      JSON.stringify({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'check' }, spec }),
    );
    await session.kubectl(['wait', '--for=jsonpath={.status.phase}=Succeeded', 'pod/check', '--timeout=60s']);
    expect((await session.kubectl('logs check')).stdout).toContain('OK: Got valid claims from token!');
  });

  it('lets a ServiceAccount do what a RoleBinding grants', async () => {
    await session.kubectl('create rolebinding view --clusterrole=view --serviceaccount=default:default');
    const list = await inPod(`${asAccount} https://kubernetes.default.svc/api/v1/namespaces/default/pods`);
    expect(list).toMatch(/"kind": ?"PodList"/);
  });
});
