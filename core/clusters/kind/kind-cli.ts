import type { RunCommand } from '../../commands/run-command';
import { kindConfigFailure } from './kind-config';
import { kindFailure } from './kind-failure';

export interface KindOptions {
  /** Name of the cluster. */
  cluster: string;
  /** Node image, as `kindest/node:v1.36.0`; kind's own default when undefined. */
  image?: string;
  /** Absolute path of a complete kind configuration, used as it is but for its name and, where `image` is set, its images. */
  configFile?: string;
  /** Absolute path of the kubeconfig to write: the user's own is left alone. */
  kubeconfig: string;
}

type Lines = (line: string) => void;

/** The commands of the kind and docker CLIs that are needed, each throwing PodlabError `cluster-unavailable`. */
export class KindCli {
  constructor(
    private readonly run: RunCommand,
    private readonly options: KindOptions,
  ) {}

  /** Server version of Docker; throws when it does not answer. */
  async dockerVersion(timeoutMs: number): Promise<string> {
    const result = await this.run('docker', ['info', '--format', '{{.ServerVersion}}'], { timeoutMs });
    // `docker info` may exit with 0 and print an empty version while the daemon is down.
    if (result.exitCode !== 0 || !result.stdout.trim()) throw kindFailure('docker info', result);
    return result.stdout.trim();
  }

  async kindVersion(timeoutMs: number): Promise<string> {
    const result = await this.run('kind', ['version'], { timeoutMs });
    if (result.exitCode !== 0) throw kindFailure('kind version', result);
    return result.stdout.trim();
  }

  async exists(signal: AbortSignal): Promise<boolean> {
    const result = await this.run('kind', ['get', 'clusters'], { signal, timeoutMs: 30_000 });
    if (result.exitCode !== 0) throw kindFailure('kind get clusters', result);
    return result.stdout.split('\n').some((line) => line.trim() === this.options.cluster);
  }

  /** kubeconfig text; undefined when the cluster is half made: listed, but without a control plane to ask. */
  async kubeconfig(signal: AbortSignal): Promise<string | undefined> {
    const args = ['get', 'kubeconfig', '--name', this.options.cluster];
    const result = await this.run('kind', args, { signal, timeoutMs: 30_000 });
    if (result.exitCode === 0 && result.stdout.includes('server:')) return result.stdout;
    if (result.failure) throw kindFailure('kind get kubeconfig', result);
    return undefined;
  }

  async create(lines: Lines, signal: AbortSignal): Promise<void> {
    const { cluster, image, configFile, kubeconfig } = this.options;
    const args = ['create', 'cluster', '--name', cluster, '--kubeconfig', kubeconfig, '--wait', '180s'];
    if (image) args.push('--image', image);
    if (configFile) args.push('--config', configFile);
    const result = await this.run('kind', args, {
      signal,
      timeoutMs: 15 * 60_000,
      onLine: (line) => lines(withoutPictures(line)),
    });
    if (result.exitCode === 0) return;
    const aboutConfig = configFile && kindConfigFailure(configFile, `${result.stderr}\n${result.stdout}`);
    throw aboutConfig || kindFailure('kind create cluster', result);
  }

  async delete(): Promise<void> {
    const { cluster, kubeconfig } = this.options;
    const args = ['delete', 'cluster', '--name', cluster, '--kubeconfig', kubeconfig];
    const result = await this.run('kind', args, { timeoutMs: 120_000 });
    if (result.exitCode !== 0) throw kindFailure('kind delete cluster', result);
  }

  /** Names of the node containers, running or not. */
  async nodes(signal: AbortSignal): Promise<string[]> {
    const args = ['get', 'nodes', '--name', this.options.cluster];
    const result = await this.run('kind', args, { signal, timeoutMs: 30_000 });
    // kind prints “No kind nodes found …” on stderr.
    return result.stdout
      .split('\n')
      .map((line) => line.trim())
      .filter(Boolean);
  }

  /** Starts nodes that Docker's restart has left stopped; harmless for running ones. */
  async startNodes(nodes: readonly string[], signal: AbortSignal): Promise<void> {
    const result = await this.run('docker', ['start', ...nodes], { signal, timeoutMs: 60_000 });
    if (result.exitCode !== 0) throw kindFailure('docker start', result);
  }

  /** Whether Docker on this machine has the image: then the node need not pull it. */
  async hasImage(image: string, signal: AbortSignal): Promise<boolean> {
    const args = ['image', 'inspect', '--format', '{{.Id}}', image];
    return (await this.run('docker', args, { signal, timeoutMs: 30_000 })).exitCode === 0;
  }

  /** Copies an image from Docker to the nodes. False, with a line that says why, when it could not. */
  async loadImage(image: string, lines: Lines, signal: AbortSignal): Promise<boolean> {
    const args = ['load', 'docker-image', image, '--name', this.options.cluster];
    const result = await this.run('kind', args, { signal, timeoutMs: 5 * 60_000, onLine: lines });
    if (signal.aborted) throw signal.reason;
    return result.exitCode === 0;
  }
}

/** kind ends its lines with emoji, which not every font has and a screen reader reads out. */
function withoutPictures(line: string): string {
  return line
    .replace(/\p{Extended_Pictographic}\uFE0F?/gu, '')
    .replace(/\s+\.\.\.$/, ' …')
    .trimEnd();
}
