import { describe, expect, it } from 'vitest';
import type { Sandbox } from '../../runtime/container-runtime';
import { get, logged, logOf, pod, run } from '../../runtime/pod-for-tests';

/** The body, as soon as somebody listens. */
async function answer(sandbox: Sandbox, path: string, port: number): Promise<string> {
  for (;;) {
    try {
      return (await get(sandbox, path, '', port)).body;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }
}

describe('servers of Kubernetes’ tutorials', () => {
  it.each([
    ['gcr.io/google-samples/hello-app:1.0', 8080, '/', 'Hello, world!\nVersion: 1.0.0\nHostname: web\n'],
    [
      'us-docker.pkg.dev/google-samples/containers/gke/hello-app:2.0',
      8080,
      '/',
      'Hello, world!\nVersion: 2.0.0\nHostname: web\n',
    ],
    ['gcr.io/google-samples/hello-go-gke:1.0', 80, '/', '{"message":"Hello"}\n'],
    ['gcr.io/google-samples/node-hello:1.0', 8080, '/', 'Hello Kubernetes!'],
    [
      'gcr.io/google-samples/kubernetes-bootcamp:v1',
      8080,
      '/',
      'Hello Kubernetes bootcamp! | Running on: web | v=1\n',
    ],
    ['dgkanatsios/simpleapp', 8080, '/', 'Hello world from web\n'],
    ['bmuschko/nodejs-hello-world:1.0.0', 3000, '/', 'Hello World\n'],
    ['registry.k8s.io/serve_hostname', 9376, '/', 'web'],
    ['registry.k8s.io/test-webserver', 80, '/etc/hostname', 'web\n'],
    ['registry.k8s.io/liveness', 8080, '/healthz', 'ok'],
    ['registry.k8s.io/goproxy:0.1', 8080, '/', /^This is a proxy server\./],
    ['registry.k8s.io/nginx-slim:0.24', 80, '/', /Welcome to nginx!/],
    ['nginxinc/nginx-unprivileged:1.27-alpine', 8080, '/', /Welcome to nginx!/],
    [
      'registry.k8s.io/echoserver:1.4',
      8080,
      '/a?b=1',
      /^CLIENT VALUES:\nclient_address=.*\ncommand=GET\nreal path=\/a\nquery=b=1\n/,
    ],
    [
      'registry.k8s.io/echoserver:1.10',
      8080,
      '/a',
      /\nHostname: web\n\nPod Information:\n\t-no pod information available-\n/,
    ],
    ['wbitt/network-multitool', 80, '/', /MultiTool/],
    ['nginxdemos/hello:plain-text', 80, '/x', /^Server address: [\d.]+:80\nServer name: web\n.*URI: \/x\n/s],
    ['nginxdemos/hello', 80, '/', /<span>Server name:<\/span> <span>web<\/span>/],
    ['paulbouwer/hello-kubernetes:1.10', 8080, '/', /Hello world!.*<td>web<\/td>/s],
    ['stefanprodan/podinfo:6.9.0', 9898, '/', /"hostname": "web",\n {2}"version": "6\.9\.0"/],
    ['ghcr.io/stefanprodan/podinfo:6.9.0', 9898, '/healthz', '{\n  "status": "OK"\n}'],
  ])('%s listens on %i', async (image, port, path, said) => {
    const sandbox = pod(false, {}, [image]);
    run(sandbox, { image });
    const body = await answer(sandbox, path, port);
    if (typeof said === 'string') expect(body).toBe(said);
    else expect(body).toMatch(said);
  });

  it('the bootcamp counts its requests in its log', async () => {
    const image = 'gcr.io/google-samples/kubernetes-bootcamp:v1';
    const sandbox = pod(false, {}, [image]);
    const container = run(sandbox, { image });
    await logged(container, 'Kubernetes Bootcamp App Started At: ');
    await get(sandbox, '/', '', 8080);
    await logged(container, 'Total Requests: 1 ');
    expect(logOf(container)).toContain('Running On: web | Total Requests: 1 | App Uptime: ');
  });
});
