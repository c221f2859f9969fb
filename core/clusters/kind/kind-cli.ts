import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CommandOptions, CommandResult, RunCommand } from '../../commands/run-command';
import { type ContainerEngine, engineVersion, findEngine } from './container-engine';
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
  /** KIND_EXPERIMENTAL_PROVIDER, which kind itself reads from the environment. */
  engine?: string;
}

type Lines = (line: string) => void;

/** How far a cluster is that `kind get clusters` lists. */
export type FoundKubeconfig =
  | { kind: 'whole'; text: string }
  /** Its node never became a control plane. */
  | { kind: 'half-made' }
  /** Nothing could be read in its node, which may be stopped. */
  | { kind: 'unreadable'; why: CommandResult };

/** The commands of kind and of the container engine that are needed, each throwing PodlabError `cluster-unavailable`. */
export class KindCli {
  /** Once found; an engine that is installed later is found then. */
  private engine: ContainerEngine | undefined;

  constructor(
    private readonly run: RunCommand,
    private readonly options: KindOptions,
  ) {}

  /** `Docker 28.2.2`; throws when it does not answer. */
  async engineVersion(timeoutMs: number): Promise<string> {
    const engine = await this.findEngine(timeoutMs);
    const version = await engineVersion(this.run, engine, timeoutMs);
    this.engine = engine;
    return `${engine.title} ${version}`;
  }

  async kindVersion(timeoutMs: number): Promise<string> {
    const result = await this.run('kind', ['version'], { timeoutMs });
    if (result.exitCode !== 0) throw this.failure('kind version', result);
    return result.stdout.trim();
  }

  async exists(signal: AbortSignal): Promise<boolean> {
    const result = await this.kind(['get', 'clusters'], { signal, timeoutMs: 30_000 });
    return result.stdout.split('\n').some((line) => line.trim() === this.options.cluster);
  }

  async kubeconfig(signal: AbortSignal): Promise<FoundKubeconfig> {
    const args = ['get', 'kubeconfig', '--name', this.options.cluster];
    const result = await this.run('kind', args, { signal, timeoutMs: 30_000 });
    signal.throwIfAborted();
    if (result.exitCode === 0 && result.stdout.includes('server:'))
      return { kind: 'whole', text: result.stdout };
    if (result.failure) throw this.failure('kind get kubeconfig', result);
    // The node runs and kubeadm has not written its file, or there is no node that it could.
    const halfMade = /admin\.conf.*No such file|could not locate any control plane nodes/is;
    if (halfMade.test(result.stderr)) return { kind: 'half-made' };
    return { kind: 'unreadable', why: result };
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
    signal.throwIfAborted();
    const aboutConfig = configFile && kindConfigFailure(configFile, `${result.stderr}\n${result.stdout}`);
    throw aboutConfig || this.failure('kind create cluster', result);
  }

  async delete(): Promise<void> {
    const { cluster, kubeconfig } = this.options;
    await this.kind(['delete', 'cluster', '--name', cluster, '--kubeconfig', kubeconfig], {
      timeoutMs: 120_000,
    });
  }

  /** Names of the node containers, running or not. */
  async nodes(signal: AbortSignal): Promise<string[]> {
    const args = ['get', 'nodes', '--name', this.options.cluster];
    // kind prints “No kind nodes found …” on stderr.
    const { stdout } = await this.kind(args, { signal, timeoutMs: 30_000 });
    return stdout
      .split('\n')
      .map((line) => line.trim())
      .filter(Boolean);
  }

  /** Starts nodes that a reboot or a person has left stopped; harmless for running ones. */
  async startNodes(nodes: readonly string[], signal: AbortSignal): Promise<void> {
    const { program } = await this.findEngine(10_000);
    const result = await this.run(program, ['start', ...nodes], { signal, timeoutMs: 60_000 });
    signal.throwIfAborted();
    if (result.exitCode !== 0) throw this.failure(`${program} start`, result);
  }

  /** Whether this machine has the image: then the nodes need not pull it. */
  async hasImage(image: string, signal: AbortSignal): Promise<boolean> {
    const { program } = await this.findEngine(10_000);
    const args = ['image', 'inspect', '--format', '{{.Id}}', image];
    return (await this.run(program, args, { signal, timeoutMs: 30_000 })).exitCode === 0;
  }

  /** Copies an image of this machine to the nodes. False when it could not. */
  async loadImage(image: string, lines: Lines, signal: AbortSignal): Promise<boolean> {
    const engine = await this.findEngine(10_000);
    const load = (...what: string[]) =>
      this.run('kind', ['load', ...what, '--name', this.options.cluster], {
        signal,
        timeoutMs: 5 * 60_000,
        onLine: lines,
      });
    if (engine.loadsByName) return (await load('docker-image', image)).exitCode === 0;
    const folder = await mkdtemp(join(tmpdir(), 'podlab-image-'));
    try {
      const archive = join(folder, 'image.tar');
      const save = ['save', '-o', archive, image];
      const saved = await this.run(engine.program, save, { signal, timeoutMs: 5 * 60_000 });
      return saved.exitCode === 0 && (await load('image-archive', archive)).exitCode === 0;
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }

  failure(command: string, result: CommandResult) {
    return kindFailure(command, result, this.engine?.title);
  }

  private async kind(args: readonly string[], options: CommandOptions): Promise<CommandResult> {
    const result = await this.run('kind', args, options);
    options.signal?.throwIfAborted();
    if (result.exitCode !== 0) throw this.failure(`kind ${args.slice(0, 2).join(' ')}`, result);
    return result;
  }

  private async findEngine(timeoutMs: number): Promise<ContainerEngine> {
    return this.engine ?? findEngine(this.run, this.options.engine, timeoutMs);
  }
}

/** kind ends its lines with emoji, which not every font has and a screen reader reads out. */
function withoutPictures(line: string): string {
  return line
    .replace(/\p{Extended_Pictographic}\uFE0F?/gu, '')
    .replace(/\s+\.\.\.$/, ' …')
    .trimEnd();
}
