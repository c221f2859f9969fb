import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Session, startSession } from './session';

let session: Session;
beforeAll(async () => {
  session = await startSession();
  await session.kubectl('run web --image=nginx:1.27');
  await session.kubectl('wait --for=condition=Ready pod/web --timeout=20s');
});
afterAll(() => session.stop());

describe('the proxy to a kubelet', () => {
  const ask = async (path: string) => {
    const { stdout, stderr } = await session.kubectl(
      `get --raw /api/v1/nodes/podlab-control-plane/proxy/${path}`,
    );
    return stdout + stderr;
  };

  it.each<[path: string, answer: RegExp]>([
    ['healthz', /^ok$/],
    ['configz', /^\{"kubeletconfig":\{"kind":"KubeletConfiguration",.*"clusterDNS":\["10\.96\.0\.10"\]/],
    ['pods', /^\{"kind":"PodList","apiVersion":"v1","metadata":\{\},"items":\[\{.*"name":"web"/],
    ['stats/summary', /"podRef": \{\s*"name": "web",\s*"namespace": "default"/],
    [
      'metrics/resource',
      /^container_memory_working_set_bytes\{container="web",namespace="default",pod="web"\} \d+$/m,
    ],
    [
      'logs/',
      /The embedded cluster does not simulate GET \/logs\/ of a kubelet; use a kind cluster for that\./,
    ],
  ])('/%s', async (path, answer) => {
    expect(await ask(path)).toMatch(answer);
  });
});

describe('kubectl top', () => {
  it.each([
    ['top pods', /^NAME {3}CPU\(cores\) {3}MEMORY\(bytes\) *\nweb {4}\d+m +[1-9]\d*Mi *\n$/],
    ['top pod web --containers', /^POD {3}NAME {3}CPU\(cores\) {3}MEMORY\(bytes\) *\nweb {3}web {4}\d+m/],
    [
      'top nodes',
      /^NAME +CPU\(cores\) +CPU\(%\) +MEMORY\(bytes\) +MEMORY\(%\) *\npodlab-control-plane +\d+m +\d+%/,
    ],
  ])('%s', async (command, output) => {
    expect((await session.kubectl(command)).stdout).toMatch(output);
  });

  it('knows no Pod that does not run', async () => {
    const { stderr } = await session.kubectl('top pod gone');
    expect(stderr).toBe('Error from server (NotFound): podmetrics.metrics.k8s.io "default/gone" not found\n');
  });

  it('is for those who may', async () => {
    const { stderr } = await session.kubectl('top pods --as=ann');
    expect(stderr).toBe(
      'Error from server (Forbidden): pods.metrics.k8s.io is forbidden: User "ann" cannot list resource "pods" in API group "metrics.k8s.io" in the namespace "default"\n',
    );
    await session.kubectl('create rolebinding ann --clusterrole=view --user=ann');
    expect((await session.kubectl('top pods --as=ann')).exit).toBe(0);
  });
});
