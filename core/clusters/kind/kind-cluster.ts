import { mkdir, rm, stat, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { PodlabError } from '../../errors';
import type { Log } from '../../log';
import type { Progress } from '../cluster-provider';
import type { KubeApi } from '../kube-api';
import { createKubeApi } from '../kube-api-client';
import { readKubeconfig } from '../kubeconfig';
import type { SharedCluster } from '../namespaced/open-namespace';
import { orAborted } from '../waiting';
import type { FoundKubeconfig, KindCli, KindOptions } from './kind-cli';
import { readKindConfig } from './kind-config';
import { saysThatItExists } from './kind-failure';

/** The one kind cluster of this server. */
export interface KindCluster {
  /**
   * It, found, started or made. Sessions that ask while it is being made see the same lines and share the result. Throws
   * PodlabError `cluster-unavailable`.
   */
  get(progress: Progress, signal: AbortSignal): Promise<SharedCluster>;
  /** Without making or starting anything; undefined when it is not there, or does not answer. */
  ifAnswering(): Promise<SharedCluster | undefined>;
  /** Stops making it, and closes all connections. */
  close(): Promise<void>;
}

interface KindClusterOptions extends KindOptions {
  installation: string;
  log: Log;
}

interface KindClusterEvents {
  /** It was there before, and answers. */
  onTakenUp(cluster: SharedCluster): Promise<void>;
  /** Its nodes are others than before. */
  onReplaced(): void;
}

interface Connected {
  kind: 'whole';
  cluster: SharedCluster;
}

/** How long a cluster that was started again may take until its API server answers. */
const startsWithinMs = 90_000;

export function createKindCluster(
  cli: KindCli,
  options: KindClusterOptions,
  events: KindClusterEvents,
): KindCluster {
  const { installation, log, cluster: name } = options;
  /** There while a cluster is made that a crash would leave half made: only such a one is Podlab's to remove. */
  const making = `${options.kubeconfig}.making`;
  let finding:
    | { promise: Promise<SharedCluster>; listeners: Set<Progress>; abort: AbortController }
    | undefined;
  let current: { text: string; cluster: SharedCluster } | undefined;
  /** Sessions keep the connections that they were opened with. */
  const former: KubeApi[] = [];

  async function get(progress: Progress, signal: AbortSignal): Promise<SharedCluster> {
    if (current && (await isAnswering(current.cluster))) return current.cluster;
    if (!finding) {
      const listeners = new Set([progress]);
      const abort = new AbortController();
      const tell: Progress = (line) => {
        for (const listener of listeners) listener(line);
      };
      const promise = findOrCreate(tell, abort.signal).finally(() => {
        finding = undefined;
      });
      finding = { promise, listeners, abort };
    }
    const { promise, listeners } = finding;
    listeners.add(progress);
    try {
      return await orAborted(promise, signal);
    } finally {
      listeners.delete(progress);
    }
  }

  async function findOrCreate(progress: Progress, signal: AbortSignal): Promise<SharedCluster> {
    progress('Looking for a container engine and kind');
    await cli.engineVersion(10_000);
    if (await cli.exists(signal)) {
      progress(`Using the kind cluster “${name}”`);
      const found = await takeUp(progress, signal);
      if (found) return found;
      progress(`The kind cluster “${name}” was left half made: removing it`);
      await cli.delete();
    }
    return create(progress, signal);
  }

  /** The cluster that is there, its nodes started if they were stopped; undefined when Podlab left it half made. */
  async function takeUp(progress: Progress, signal: AbortSignal): Promise<SharedCluster | undefined> {
    const before = await connect(signal);
    if (before.kind === 'whole' && (await isAnswering(before.cluster)))
      return taken(before.cluster, progress);
    if (before.kind !== 'half-made') {
      progress('Starting its nodes');
      await cli.startNodes(await cli.nodes(signal), signal);
    }
    const started = before.kind === 'half-made' ? before : await connect(signal);
    if (started.kind !== 'whole') {
      if (await exists(making)) return undefined;
      throw started.kind === 'half-made' ? halfMade(name) : cli.failure('kind get kubeconfig', started.why);
    }
    progress('Waiting for its API server');
    await untilAnswering(started.cluster, name, signal);
    return taken(started.cluster, progress);
  }

  /** Tells of what the settings no longer change. */
  async function taken(cluster: SharedCluster, progress: Progress): Promise<SharedCluster> {
    // Whoever made it, it is whole: not ours to remove when it is found half made another time.
    await rm(making, { force: true });
    const wanted = /:(v\d+\.\d+\.\d+)/.exec(options.image ?? '')?.[1];
    const there = wanted && (await versionOf(cluster));
    if (there && there !== wanted)
      progress(
        `It runs Kubernetes ${there}: PODLAB_KIND_IMAGE is for a new one, after \`kind delete cluster --name ${name}\``,
      );
    await events.onTakenUp(cluster);
    return cluster;
  }

  async function create(progress: Progress, signal: AbortSignal): Promise<SharedCluster> {
    progress(
      `Creating the kind cluster “${name}”: about half a minute, longer when its image must be pulled first`,
    );
    if (options.configFile) {
      const { name: named } = await readKindConfig(options.configFile);
      if (named !== undefined && named !== name)
        progress(`It is called “${name}” (PODLAB_KIND_CLUSTER), not “${named}” as in ${options.configFile}`);
    }
    await mkdir(dirname(options.kubeconfig), { recursive: true, mode: 0o700 });
    await writeFile(making, '');
    try {
      await cli.create(progress, signal);
    } catch (error) {
      await removeHalfMade(error);
      throw error;
    }
    await rm(making, { force: true });
    const made = await connect(signal);
    if (made.kind !== 'whole') throw notAnswering(name);
    await untilAnswering(made.cluster, name, signal);
    return made.cluster;
  }

  /** kind cleans up after itself unless it was ended: a half-made cluster would block the next try. */
  async function removeHalfMade(error: unknown): Promise<void> {
    // One that somebody else makes is not ours to remove.
    if (!saysThatItExists(error))
      try {
        await cli.delete();
      } catch (cause) {
        // The next try removes it.
        log.warn('kind-cleanup-failed', { error: cause });
        return;
      }
    await rm(making, { force: true });
  }

  async function connect(
    signal: AbortSignal,
  ): Promise<Connected | Exclude<FoundKubeconfig, { kind: 'whole' }>> {
    const found = await cli.kubeconfig(signal);
    if (found.kind !== 'whole') return found;
    const { text } = found;
    if (current?.text === text) return { kind: 'whole', cluster: current.cluster };
    const { server } = readKubeconfig(text);
    if (current) former.push(current.cluster.admin);
    // Another cluster of that name, or another port.
    events.onReplaced();
    const title = `kind cluster “${name}”`;
    const cluster: SharedCluster = {
      kind: 'kind',
      title,
      admin: createKubeApi(server),
      server,
      installation,
    };
    current = { text, cluster };
    return { kind: 'whole', cluster };
  }

  async function ifAnswering(): Promise<SharedCluster | undefined> {
    if (current && (await isAnswering(current.cluster))) return current.cluster;
    const { signal } = new AbortController();
    if (!(await cli.exists(signal).catch(() => false))) return undefined;
    const found = await connect(signal).catch(() => undefined);
    return found?.kind === 'whole' && (await isAnswering(found.cluster)) ? found.cluster : undefined;
  }

  return {
    get,
    ifAnswering,
    async close() {
      finding?.abort.abort(
        new PodlabError('shutting-down', 'Podlab is being stopped.', 'Start it again.', 503),
      );
      await finding?.promise.catch(() => {});
      for (const admin of former.splice(0)) admin.close();
      current?.cluster.admin.close();
      current = undefined;
    },
  };
}

const exists = (file: string) =>
  stat(file).then(
    () => true,
    () => false,
  );

async function isAnswering({ admin }: SharedCluster): Promise<boolean> {
  try {
    return (await admin.request('GET', '/readyz', undefined, AbortSignal.timeout(3_000))).status < 300;
  } catch {
    return false;
  }
}

async function versionOf({ admin }: SharedCluster): Promise<string | undefined> {
  const { body } = await admin.request('GET', '/version', undefined, AbortSignal.timeout(3_000));
  return (body as { gitVersion?: string } | undefined)?.gitVersion;
}

async function untilAnswering(cluster: SharedCluster, name: string, signal: AbortSignal): Promise<void> {
  const until = Date.now() + startsWithinMs;
  while (!(await isAnswering(cluster))) {
    if (Date.now() > until) throw notAnswering(name);
    await delay(500, undefined, { signal });
  }
}

function notAnswering(name: string): PodlabError {
  return new PodlabError(
    'cluster-unavailable',
    `The API server of the kind cluster “${name}” does not answer.`,
    `Remove the cluster with \`kind delete cluster --name ${name}\` and try again: Podlab makes a new one.`,
    503,
  );
}

function halfMade(name: string): PodlabError {
  return new PodlabError(
    'cluster-unavailable',
    `The kind cluster “${name}” is half made, or somebody is just making it.`,
    `Wait for it, or remove it with \`kind delete cluster --name ${name}\`, or set PODLAB_KIND_CLUSTER to another name.`,
    503,
  );
}
