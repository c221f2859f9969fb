import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type RunCommand, runCommand } from '../../commands/run-command';
import { isPodlabError, PodlabError } from '../../errors';
import type { Log } from '../../log';
import type { ClusterProvider, Progress } from '../cluster-provider';
import { createKubeApi } from '../kube-api-client';
import { readKubeconfig } from '../kubeconfig';
import { openNamespace, type SharedCluster, sweepNamespaces } from '../namespaced/open-namespace';
import { KindCli, type KindOptions } from './kind-cli';
import { readKindConfig } from './kind-config';

export interface KindProviderOptions extends KindOptions {
  installation: string;
  log: Log;
  run?: RunCommand;
}

/** How long a cluster that was started again may take until its API server answers. */
const startsWithinMs = 90_000;

/** One kind cluster for all sessions, made when the first lab wants it; a namespace of it per session. */
export function createKindProvider(options: KindProviderOptions): ClusterProvider {
  const { installation, log, cluster: name } = options;
  const cli = new KindCli(options.run ?? runCommand, options);
  const loaded = new Set<string>();
  let making:
    | { promise: Promise<SharedCluster>; listeners: Set<Progress>; abort: AbortController }
    | undefined;
  let current: SharedCluster | undefined;
  /** Sessions opened before the nodes were restarted go on with the connection they have. */
  const connections = new Set<SharedCluster>();

  /** Sessions that ask while the cluster is being made see the same lines and share the result. */
  function sharedCluster(progress: Progress): Promise<SharedCluster> {
    if (!making) {
      const listeners = new Set<Progress>();
      const abort = new AbortController();
      const tell: Progress = (line) => {
        for (const listener of listeners) listener(line);
      };
      const promise = findOrCreate(tell, abort.signal).finally(() => {
        making = undefined;
      });
      making = { promise, listeners, abort };
    }
    making.listeners.add(progress);
    return making.promise;
  }

  async function findOrCreate(progress: Progress, signal: AbortSignal): Promise<SharedCluster> {
    progress('Looking for Docker and kind');
    await cli.dockerVersion(10_000);
    if (await cli.exists(signal)) {
      progress(`Using the kind cluster “${name}”`);
      const found = await takeUp(progress, signal);
      if (found) return found;
      progress(`The kind cluster “${name}” is half made: removing it`);
      await cli.delete();
    }
    progress(
      `Creating the kind cluster “${name}”: about half a minute, longer when its image must be pulled first`,
    );
    if (options.configFile) {
      const { name: named } = await readKindConfig(options.configFile);
      if (named !== undefined && named !== name)
        progress(`It is called “${name}” (PODLAB_KIND_CLUSTER), not “${named}” as in ${options.configFile}`);
    }
    await mkdir(dirname(options.kubeconfig), { recursive: true, mode: 0o700 });
    try {
      await cli.create(progress, signal);
    } catch (error) {
      // kind cleans up after itself unless it was ended: a half-made cluster would block the next try.
      await cli.delete().catch((cause) => log.warn('kind-cleanup-failed', { error: cause }));
      throw error;
    }
    loaded.clear();
    const made = await connect(signal);
    if (!made) throw notAnswering(name);
    await untilAnswering(made, signal);
    return made;
  }

  /** The cluster that is there, its nodes started if Docker had stopped them; undefined when it is half made. */
  async function takeUp(progress: Progress, signal: AbortSignal): Promise<SharedCluster | undefined> {
    const nodes = await cli.nodes(signal);
    if (nodes.length === 0) return undefined;
    const running = await connect(signal);
    if (running && (await isAnswering(running))) return keep(running);
    progress('Starting its nodes');
    await cli.startNodes(nodes, signal);
    const started = await connect(signal);
    if (!started) return undefined;
    progress('Waiting for its API server');
    await untilAnswering(started, signal);
    return keep(started);
  }

  async function connect(signal: AbortSignal): Promise<SharedCluster | undefined> {
    const text = await cli.kubeconfig(signal);
    if (!text) return undefined;
    const { server } = readKubeconfig(text);
    return keep({
      kind: 'kind',
      title: `kind cluster “${name}”`,
      admin: createKubeApi(server),
      server,
      installation,
    });
  }

  function keep(cluster: SharedCluster): SharedCluster {
    current = cluster;
    connections.add(cluster);
    return cluster;
  }

  async function loadImages(
    images: readonly string[],
    progress: Progress,
    signal: AbortSignal,
  ): Promise<void> {
    for (const image of images) {
      if (loaded.has(image) || !(await cli.hasImage(image, signal))) continue;
      progress(`Loading the image ${image} into the cluster`);
      if (await cli.loadImage(image, progress, signal)) loaded.add(image);
      else progress(`${image} could not be loaded: the node will pull it`);
    }
  }

  return {
    kind: 'kind',
    async availability() {
      try {
        const [docker, kind] = await Promise.all([cli.dockerVersion(2_800), cli.kindVersion(2_800)]);
        // Told before a lab is started, though a cluster that is there already needs no configuration.
        if (options.configFile) await readKindConfig(options.configFile);
        return {
          available: true,
          detail: `A real Kubernetes in Docker ${docker} (${kind.split(' ').slice(0, 2).join(' ')}).`,
        };
      } catch (error) {
        if (!isPodlabError(error)) throw error;
        return { available: false, reason: error.message, remedy: error.remedy };
      }
    },
    async open(request) {
      const { progress, signal, images } = request;
      const cluster = await orAborted(sharedCluster(progress), signal);
      await loadImages(images, progress, signal);
      return openNamespace(cluster, request);
    },
    async sweep(kept) {
      const abort = new AbortController();
      if (!(await cli.exists(abort.signal).catch(() => false))) return;
      const cluster = current ?? (await connect(abort.signal));
      if (cluster && (await isAnswering(cluster))) await sweepNamespaces(cluster.admin, installation, kept);
    },
    async shutdown() {
      making?.abort.abort(
        new PodlabError('shutting-down', 'Podlab is being stopped.', 'Start it again.', 503),
      );
      await making?.promise.catch(() => {});
      for (const { admin } of connections) admin.close();
    },
  };
}

async function isAnswering({ admin }: SharedCluster): Promise<boolean> {
  try {
    return (await admin.request('GET', '/readyz', undefined, AbortSignal.timeout(3_000))).status < 300;
  } catch {
    return false;
  }
}

async function untilAnswering(cluster: SharedCluster, signal: AbortSignal): Promise<void> {
  const until = Date.now() + startsWithinMs;
  while (!(await isAnswering(cluster))) {
    if (Date.now() > until) throw notAnswering(cluster.title);
    await delay(500, undefined, { signal });
  }
}

function notAnswering(title: string): PodlabError {
  return new PodlabError(
    'cluster-unavailable',
    `The API server of ${title} does not answer.`,
    'Remove the cluster with `kind delete cluster` and try again: Podlab makes a new one.',
    503,
  );
}

/** One session that gives up does not stop the making of a cluster that others wait for. */
function orAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason);
    if (signal.aborted) return abort();
    signal.addEventListener('abort', abort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}
