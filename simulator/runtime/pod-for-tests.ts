import { afterEach } from 'vitest';
import type { Client } from '../api/client';
import { RealClock } from '../clock/real-clock';
import { ImageStore } from '../images/image-store';
import { createCatalogue, findProgram } from '../images/index';
import { parseReference } from '../images/reference';
import { SimulatedNetwork } from '../network/simulated-network';
import type { ContainerConfig, ImageStatus, RuntimeContainer, Sandbox } from './container-runtime';
import { SimulatedRuntime } from './simulated-runtime';

/** On the node without being pulled. */
const preloaded = [
  'busybox:1.36',
  'nginx:1.27-alpine',
  'registry.k8s.io/e2e-test-images/agnhost:2.53',
  'registry.k8s.io/e2e-test-images/nonewprivs:1.3',
  'registry.k8s.io/pause:3.10',
  'httpd:2.4',
  'hashicorp/http-echo:1.0',
  'traefik/whoami',
  'curlimages/curl',
  'redis:7.2-alpine',
  'postgres:16-alpine',
  'fluent/fluent-bit:3.1',
];

/** Real containers of real images on a network of their own, for tests. */
export const clock = new RealClock();
export const images = createCatalogue();

/** What a node tells of images that it has. */
export const statuses = (...references: string[]): ImageStatus[] =>
  references.flatMap((text) => {
    const reference = parseReference(text);
    return (reference && images.status(reference)) ?? [];
  });

const nobodyWatches = { watch: () => () => undefined } as unknown as Client;
const open: { sandbox: Sandbox; network: SimulatedNetwork }[] = [];

afterEach(() => {
  for (const { sandbox, network } of open.splice(0)) {
    sandbox.remove();
    network.close();
  }
});

export function pod(share = false, sysctls: Record<string, string> = {}, more: string[] = []): Sandbox {
  const network = new SimulatedNetwork({ client: nobodyWatches, clock });
  const runtime = new SimulatedRuntime({
    clock,
    network,
    images: new ImageStore(images, clock, statuses(...preloaded, ...more)),
    program: findProgram,
    machine: {
      kernelRelease: '6',
      kernelVersion: '1',
      architecture: 'x86_64',
      cpus: 2,
      memoryBytes: 1 << 30,
      bootedAtMs: 0,
    },
  });
  const sandbox = runtime.createSandbox({
    podName: 'web',
    podNamespace: 'default',
    podUid: 'u',
    labels: {},
    hostname: 'web',
    hostAliases: [{ ip: '192.0.2.9', hostnames: ['far'] }],
    dns: { nameservers: ['10.96.0.10'], searches: [], options: ['ndots:5'] },
    hostNetwork: false,
    shareProcessNamespace: share,
    nodeName: 'n',
    nodeIP: '172.18.0.2',
    sysctls,
  });
  open.push({ sandbox, network });
  return sandbox;
}

export const plain: ContainerConfig = {
  name: 'c',
  image: 'busybox:1.36',
  env: [],
  mounts: [],
  stdin: false,
  stdinOnce: false,
  tty: false,
  user: { supplementalGroups: [] },
  readOnlyRootFilesystem: false,
  privileged: false,
  capabilities: { add: [], drop: [] },
  allowPrivilegeEscalation: true,
  limits: {},
  attempt: 0,
};

/** Starts a container of an image that is there. */
export function run(sandbox: Sandbox, config: Partial<ContainerConfig>): RuntimeContainer {
  const container = sandbox.createContainer({ ...plain, ...config });
  container.start();
  return container;
}

export const ended = (container: RuntimeContainer) =>
  new Promise<void>((resolve) => container.onExit(resolve));
export const logOf = (container: RuntimeContainer) =>
  container.log
    .entries()
    .map(({ text }) => Buffer.from(text).toString())
    .join('');

export async function logged(container: RuntimeContainer, text: string): Promise<void> {
  await new Promise<void>((resolve) => {
    const look = () => {
      if (!logOf(container).includes(text) && container.phase === 'running') return;
      stop();
      resolve();
    };
    const stop = container.log.follow(() => queueMicrotask(look));
    container.onExit(look);
    look();
  });
}

export async function exec(container: RuntimeContainer, ...command: string[]): Promise<string> {
  const execution = container.exec({ command, stdin: false, tty: false });
  const read = async (source: AsyncIterable<Uint8Array>) => {
    let text = '';
    for await (const chunk of source) text += Buffer.from(chunk).toString();
    return text;
  };
  const [out, err, code] = await Promise.all([
    read(execution.stdout),
    read(execution.stderr),
    execution.exited,
  ]);
  return `${out}${err}${code === 0 ? '' : `[${code}]`}`;
}

export async function get(
  sandbox: Sandbox,
  path: string,
  headers = '',
  port = 80,
): Promise<{ status: number; head: string; body: string }> {
  const connection = await sandbox.dial(port);
  await connection.writable.write(
    Buffer.from(`GET ${path} HTTP/1.1\r\nHost: site\r\n${headers}Connection: close\r\n\r\n`),
  );
  let text = '';
  for await (const chunk of connection.readable) text += Buffer.from(chunk).toString();
  const [head = '', body = ''] = text.split('\r\n\r\n');
  return { status: Number(head.split(' ')[1]), head, body };
}
