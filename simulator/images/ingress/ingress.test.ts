import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeCertificate } from '../../certificate';
import { type Session, startSession } from '../../kubectl/session';

/** A controller as somebody installs it: an account, its rights, a class, a Deployment and a Service. */
const controller = `
apiVersion: v1
kind: Namespace
metadata: {name: ingress-nginx}
---
apiVersion: v1
kind: ServiceAccount
metadata: {name: ingress-nginx, namespace: ingress-nginx}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: ingress-nginx}
rules:
- {apiGroups: [""], resources: [services, secrets, pods], verbs: [get, list, watch]}
- {apiGroups: [""], resources: [events], verbs: [create, patch]}
- {apiGroups: [networking.k8s.io], resources: [ingresses, ingressclasses], verbs: [get, list, watch]}
- {apiGroups: [networking.k8s.io], resources: [ingresses/status], verbs: [update, patch]}
- {apiGroups: [discovery.k8s.io], resources: [endpointslices], verbs: [list, watch, get]}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: ingress-nginx}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: ingress-nginx}
subjects: [{kind: ServiceAccount, name: ingress-nginx, namespace: ingress-nginx}]
---
apiVersion: networking.k8s.io/v1
kind: IngressClass
metadata: {name: nginx}
spec: {controller: k8s.io/ingress-nginx}
---
apiVersion: v1
kind: Service
metadata: {name: ingress-nginx-controller, namespace: ingress-nginx}
spec:
  type: NodePort
  selector: {app: ingress-nginx}
  ports: [{name: http, port: 80}, {name: https, port: 443}]
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: ingress-nginx-controller, namespace: ingress-nginx}
spec:
  selector: {matchLabels: {app: ingress-nginx}}
  template:
    metadata: {labels: {app: ingress-nginx}}
    spec:
      serviceAccountName: ingress-nginx
      containers:
      - name: controller
        image: registry.k8s.io/ingress-nginx/controller:v1.12.0
        args:
        - /nginx-ingress-controller
        - --publish-service=ingress-nginx/ingress-nginx-controller
        - --election-id=ingress-nginx-leader
        - --controller-class=k8s.io/ingress-nginx
        - --ingress-class=nginx
        ports: [{containerPort: 80}, {containerPort: 443}]
        securityContext: {runAsUser: 101, capabilities: {drop: [ALL], add: [NET_BIND_SERVICE]}}
        readinessProbe: {httpGet: {path: /healthz, port: 10254}, periodSeconds: 1}
`;

const app = (name: string) => `
---
apiVersion: v1
kind: Pod
metadata: {name: ${name}, labels: {app: ${name}}}
spec:
  containers: [{name: c, image: 'hashicorp/http-echo:1.0', args: ['-text=${name}', '-listen=:80']}]
---
apiVersion: v1
kind: Service
metadata: {name: ${name}}
spec: {selector: {app: ${name}}, ports: [{name: http, port: 8080, targetPort: 80}]}
`;

const path = (at: string, service: string) =>
  `{path: ${at}, pathType: Prefix, backend: {service: {name: ${service}, port: {number: 8080}}}}`;

const ingresses = `
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: web}
spec:
  ingressClassName: nginx
  rules:
  - host: web.test
    http: {paths: [${path('/', 'one')}, ${path('/two', 'two')}, ${path('/none', 'none')}]}
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: safe}
spec:
  ingressClassName: nginx
  tls: [{hosts: [safe.test], secretName: safe}]
  rules: [{host: safe.test, http: {paths: [${path('/', 'one')}]}}]
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: unclassed}
spec:
  rules: [{host: other.test, http: {paths: [${path('/', 'one')}]}}]
`;

let session: Session;
const { ca, cert, key } = makeCertificate('safe.test', ['safe.test'], []);

beforeAll(async () => {
  session = await startSession();
  const data = { 'tls.crt': cert, 'tls.key': key };
  const secret = {
    apiVersion: 'v1',
    kind: 'Secret',
    type: 'kubernetes.io/tls',
    metadata: { name: 'safe' },
    stringData: data,
  };
  const authority = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'ca' }, data: { 'ca.crt': ca } };
  const client = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'client' },
    spec: {
      containers: [
        { name: 'c', image: 'nginx:1.27-alpine', volumeMounts: [{ name: 'ca', mountPath: '/ca' }] },
      ],
      volumes: [{ name: 'ca', configMap: { name: 'ca' } }],
    },
  };
  const json = [secret, authority, client].map((each) => `\n---\n${JSON.stringify(each)}`).join('');
  const all = controller + app('one') + app('two') + ingresses + json;
  const { stderr, exit } = await session.kubectl('apply -f -', all);
  expect([exit, stderr]).toEqual([0, '']);
  await session.kubectl('wait --for=condition=Ready pod --all --timeout=60s');
  await session.kubectl('-n ingress-nginx rollout status deployment/ingress-nginx-controller --timeout=60s');
  await session.kubectl([
    'wait',
    '--for=jsonpath={.status.loadBalancer.ingress[0].ip}',
    'ingress/web',
    '--timeout=60s',
  ]);
});
afterAll(() => session?.stop());

const curl = async (args: string) => {
  const service = 'ingress-nginx-controller.ingress-nginx';
  const script = `ip=$(getent hosts ${service} | cut -d' ' -f1); curl -s ${args}`;
  const { stdout, stderr } = await session.kubectl(['exec', 'client', '--', 'sh', '-c', script]);
  return stdout + stderr;
};

describe('an Ingress controller that somebody installed', () => {
  it.each([
    ['-H "Host: web.test" $ip/', 'one\n'],
    ['-H "Host: web.test" $ip/two/more', 'two\n'],
    ['-H "Host: web.test" $ip/twofold', 'one\n'],
    ['-o /dev/null -w "%{http_code}" -H "Host: web.test" $ip/none', '503'],
    ['-o /dev/null -w "%{http_code}" -H "Host: nowhere.test" $ip/', '404'],
    ['-o /dev/null -w "%{http_code}" -H "Host: other.test" $ip/', '404'],
    ['-o /dev/null -w "%{http_code} %{redirect_url}" -H "Host: safe.test" $ip/x', '308 https://safe.test/x'],
    ['--cacert /ca/ca.crt --resolve safe.test:443:$ip https://safe.test/', 'one\n'],
    ['-k -o /dev/null -w "%{http_code}" --resolve no.test:443:$ip https://no.test/', '404'],
  ])('curl %s', async (args, said) => {
    expect(await curl(args)).toBe(said);
  });

  it('has written its address into the status, and an event', async () => {
    const address = await session.kubectl(
      '-n ingress-nginx get service ingress-nginx-controller -o jsonpath={.spec.clusterIP}',
    );
    const { stdout } = await session.kubectl('get ingress web --no-headers');
    expect(stdout.split(/\s+/).slice(0, 5)).toEqual(['web', 'nginx', 'web.test', address.stdout, '80']);
    const unclassed = await session.kubectl('get ingress unclassed -o jsonpath={.status.loadBalancer}');
    expect(unclassed.stdout).toBe('{}');
    expect((await session.kubectl('describe ingress web')).stdout).toMatch(
      /Normal +Sync +.*nginx-ingress-controller +Scheduled for sync/,
    );
  });

  it('follows what changes, and says what it does not do', async () => {
    await session.kubectl([
      'patch',
      'ingress',
      'web',
      '--type=json',
      '-p',
      '[{"op":"replace","path":"/spec/rules/0/host","value":"new.test"}]',
    ]);
    while ((await curl('-H "Host: new.test" $ip/')) !== 'one\n') await new Promise(setImmediate);
    await session.kubectl('annotate ingress web nginx.ingress.kubernetes.io/canary=true');
    const log = async () =>
      (await session.kubectl('-n ingress-nginx logs deployment/ingress-nginx-controller')).stdout;
    while (!(await log()).includes('does not simulate the annotation')) await new Promise(setImmediate);
    expect(await log()).toContain(
      'ignoring ingress default/web: The embedded cluster does not simulate the annotation nginx.ingress.kubernetes.io/canary; use a kind cluster for that.',
    );
    expect(await log()).toMatch(/"GET \/two\/more HTTP\/1\.1" 200 4 .* \[default-two-8080\] \[\] 10\.244\./);
  });
});
