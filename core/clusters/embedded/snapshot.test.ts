import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, describe, expect, it } from 'vitest';
import type { PodlabError } from '../../errors';
import { createLog } from '../../log';
import type { LabCluster } from '../cluster-provider';
import { createEmbeddedProvider } from './create-embedded-provider';

const folder = mkdtempSync(join(tmpdir(), 'podlab-snapshot-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const lines: string[] = [];
const log = createLog((line) => lines.push(line));
const newProvider = () => createEmbeddedProvider({ folder, log, spare: false });
const request = (sessionId: string) => ({
  sessionId,
  images: [],
  progress: () => {},
  signal: new AbortController().signal,
});

const run = promisify(execFile);
async function kubectl(cluster: LabCluster, ...args: string[]): Promise<string> {
  const file = join(folder, 'kubeconfig.yaml');
  writeFileSync(file, cluster.learnerKubeconfig(), { mode: 0o600 });
  const { stdout } = await run(process.env['PODLAB_KUBECTL'] ?? 'kubectl', args, {
    env: { PATH: process.env['PATH'], HOME: folder, KUBECONFIG: file } as unknown as NodeJS.ProcessEnv,
  });
  return stdout;
}

const web = `
apiVersion: v1
kind: ConfigMap
metadata: {name: greeting}
data: {text: hello}
---
apiVersion: v1
kind: Pod
metadata: {name: web, labels: {app: web}}
spec:
  terminationGracePeriodSeconds: 0
  volumes: [{name: data, emptyDir: {}}]
  containers:
    - name: web
      image: nginx:1.27-alpine
      command: [sh, -c, 'date >> /usr/share/nginx/html/starts; exec nginx -g "daemon off;"']
      volumeMounts: [{name: data, mountPath: /usr/share/nginx/html}]
      readinessProbe: {httpGet: {port: 80, path: /starts}, periodSeconds: 1}
---
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {selector: {app: web}, ports: [{port: 8080, targetPort: 80}]}
---
apiVersion: v1
kind: Pod
metadata: {name: client}
spec:
  terminationGracePeriodSeconds: 0
  containers: [{name: client, image: 'busybox:1.36', command: [sleep, '3600']}]
`;

describe('a cluster whose server was stopped and started', () => {
  it('comes back as after a reboot of its node', async () => {
    const before = newProvider();
    const first = await before.open(request('reboot'));
    const file = join(folder, 'web.yaml');
    writeFileSync(file, web);
    await kubectl(first, 'apply', '-f', file);
    await kubectl(first, 'wait', '--for=condition=Ready', 'pod', '--all', '--timeout=30s');
    await kubectl(first, 'exec', 'web', '--', 'sh', '-c', 'echo kept > /usr/share/nginx/html/note');
    await before.shutdown();

    const after = newProvider();
    try {
      const second = await after.open(request('reboot'));
      const restarted = '{.status.containerStatuses[0].restartCount}';
      for (const pod of ['web', 'client'])
        await kubectl(second, 'wait', `--for=jsonpath=${restarted}=1`, `pod/${pod}`, '--timeout=30s');
      await kubectl(second, 'wait', '--for=condition=Ready', 'pod', '--all', '--timeout=30s');

      const status = JSON.parse(
        await kubectl(second, 'get', 'pod', 'web', '-o', 'jsonpath={.status.containerStatuses[0]}'),
      );
      expect(status.lastState.terminated).toMatchObject({ exitCode: 255, reason: 'Unknown' });
      expect(await kubectl(second, 'exec', 'web', '--', 'cat', '/usr/share/nginx/html/note')).toBe('kept\n');
      const starts = await kubectl(second, 'exec', 'client', '--', 'wget', '-qO-', 'http://web:8080/starts');
      expect(starts.trim().split('\n')).toHaveLength(2);
      expect(await kubectl(second, 'get', 'cm', 'greeting', '-o', 'jsonpath={.data.text}')).toBe('hello');
    } finally {
      await after.shutdown();
    }
  });

  it.each([
    ['cut off in the middle', (text: string) => text.slice(0, text.length / 2)],
    ['of an older format', (text: string) => JSON.stringify({ ...JSON.parse(text), format: 0 })],
    ['of the right format with something else in it', () => '{"format":1,"store":{"objects":7},"tokens":3}'],
    ['not an object at all', () => '[]'],
  ])('starts anew when its file is %s', async (_, damage) => {
    const before = newProvider();
    const first = await before.open(request('damaged'));
    await kubectl(first, 'create', 'configmap', 'old');
    await before.shutdown();
    const file = join(folder, 'damaged.json');
    const damaged = damage(readFileSync(file, 'utf8'));
    writeFileSync(file, damaged);
    lines.length = 0;

    const after = newProvider();
    try {
      const second = await after.open(request('damaged'));
      expect(await kubectl(second, 'get', 'configmaps', '-o', 'name')).toBe('configmap/kube-root-ca.crt\n');
      expect(lines.filter((line) => line.includes('embedded-snapshot-unusable'))).toHaveLength(1);
      const told: PodlabError[] = [];
      second.onFault?.((fault) => told.push(fault));
      expect(told).toMatchObject([{ code: 'cluster-anew', remedy: expect.stringContaining('saved points') }]);
      expect(readFileSync(`${file}.unusable`, 'utf8')).toBe(damaged);
    } finally {
      await after.shutdown();
    }
  });
});
