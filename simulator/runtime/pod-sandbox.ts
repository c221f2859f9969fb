import { randomBytes } from 'node:crypto';
import type { Clock } from '../clock/clock';
import { toBytes } from '../files/byte-string';
import type { Disk } from '../files/disk';
import { VolumeTree } from '../files/volume-tree';
import { defaultPath } from '../images/image';
import type { ImageStore } from '../images/image-store';
import type { PodAttachment, SimulatedNetwork } from '../network/simulated-network';
import { containerRoot, type KernelFiles, makeWorkingDirectory, sharedMemoryTree } from './container-root';
import type {
  ContainerConfig,
  NetworkStream,
  RuntimeContainer,
  Sandbox,
  SandboxConfig,
} from './container-runtime';
import { RuntimeError } from './container-runtime';
import { containerSystem } from './container-system';
import type { Machine, Process, Program, System } from './process';
import type { ProcessTable } from './process-table';
import { hostsFile, resolvConf } from './sandbox-files';
import { SimulatedContainer } from './simulated-container';
import { lookUpUser } from './user-lookup';

export interface SandboxParts {
  disk?: Disk;
  clock: Clock;
  network: SimulatedNetwork;
  images: ImageStore;
  machine: Machine;
  /** Programs of the images and the common utilities. */
  program: (name: string) => Program | undefined;
  newProcessTable: () => ProcessTable;
  /** The first of 65,536 user ids that no other Pod has. */
  newUserRange: () => number;
}

/** A Pod on a node: its address, its files, and its containers. */
export class PodSandbox implements Sandbox {
  readonly id = randomBytes(32).toString('hex');
  readonly ip: string;
  private readonly attachment: PodAttachment;
  private readonly files: VolumeTree;
  private readonly sharedMemory: VolumeTree;
  private readonly containers = new Map<string, SimulatedContainer>();
  private readonly sharedTable: ProcessTable | undefined;
  private pause: Process | undefined;
  private readonly firstUser: number | undefined;

  constructor(
    private readonly config: SandboxConfig,
    private readonly parts: SandboxParts,
  ) {
    this.firstUser = config.ownUsers ? parts.newUserRange() : undefined;
    this.attachment = parts.network.attach(config);
    this.ip = this.attachment.namespace.address;
    this.files = this.sandboxFiles();
    this.sharedMemory = sharedMemoryTree(() => parts.clock.now());
    if (config.shareProcessNamespace) {
      this.sharedTable = parts.newProcessTable();
      this.pause = this.startPause(this.sharedTable);
    }
  }

  createContainer(config: ContainerConfig): RuntimeContainer {
    const image = this.parts.images.unpacked(config.image);
    if (!image)
      throw new RuntimeError(
        'CreateContainerError',
        `failed to create containerd container: image "${config.image}": not found`,
      );
    const user = lookUpUser(image.root, image.config.user, config.user);
    const now = () => this.parts.clock.now();
    const { mounts, layer } = containerRoot(
      config,
      image.root,
      this.files,
      now,
      this.kernelFiles(() => system),
    );
    const entrypoint = config.command ?? image.config.entrypoint;
    const argv = [...entrypoint, ...(config.args ?? (config.command ? [] : image.config.cmd))].map(toBytes);
    if (argv.length === 0)
      throw new RuntimeError(
        'CreateContainerError',
        'failed to generate container spec: no command specified',
      );
    const target = [...this.containers.values()].find(
      ({ id, name }) => id === config.targetContainerId || name === config.targetContainerId,
    );
    const system: System = containerSystem({
      clock: this.parts.clock,
      config,
      hostname: this.config.hostname,
      mounts,
      network: this.attachment.namespace,
      processes: target?.processes ?? this.sharedTable ?? this.parts.newProcessTable(),
      machine: this.parts.machine,
      firstUser: this.firstUser,
      sandbox: this,
      hostNetwork: this.config.hostNetwork,
      program: (name) => image.image.programs[name] ?? this.parts.program(name),
      onOutOfMemory: () => {
        container.oomKilled = true;
      },
    });
    const cwd = toBytes(config.workingDir ?? (image.config.workingDir || '/'));
    makeWorkingDirectory(mounts, cwd);
    const container = new SimulatedContainer({
      config,
      system,
      user,
      layer,
      argv,
      env: this.environment(config, image.config.env, user.home),
      cwd,
      stopSignal: image.config.stopSignal ?? 'TERM',
      removed: () => this.containers.delete(container.id),
    });
    this.containers.set(container.id, container);
    return container;
  }

  dial(
    port: number,
    options: { localhost?: boolean; host?: string; timeoutMs?: number } = {},
  ): Promise<NetworkStream> {
    const { nodeName, nodeIP } = this.config;
    const { host } = options;
    if (host && host !== this.ip) return this.parts.network.dial({ node: nodeName }, host, port, options);
    const from = { node: nodeName, nodeIP };
    return this.parts.network.dialNamespace(from, this.attachment.namespace, port, options);
  }

  remove(): void {
    for (const container of [...this.containers.values()]) container.remove();
    this.pause?.end({ code: 137, signal: 'KILL' });
    this.attachment.detach();
  }

  private environment(
    config: ContainerConfig,
    image: Record<string, string>,
    home: string,
  ): Map<string, string> {
    const env = new Map<string, string>([
      ['PATH', defaultPath],
      ['HOSTNAME', toBytes(this.config.hostname)],
    ]);
    if (config.tty) env.set('TERM', 'xterm');
    for (const [name, value] of Object.entries(image)) env.set(toBytes(name), toBytes(value));
    for (const { name, value } of config.env) env.set(toBytes(name), toBytes(value));
    if (!env.has('HOME')) env.set('HOME', home);
    return env;
  }

  private sandboxFiles(): VolumeTree {
    const files = new VolumeTree({ now: () => this.parts.clock.now() });
    files.write('/hosts', hostsFile(this.config, this.ip));
    files.write('/hostname', `${this.config.hostname}\n`);
    files.write('/resolv.conf', resolvConf(this.config.dns));
    return files;
  }

  private kernelFiles(system: () => System): KernelFiles {
    return { system, sysctls: this.config.sysctls, sharedMemory: this.sharedMemory, disk: this.parts.disk };
  }

  /** The process that holds a shared pid namespace, and takes in its orphans. */
  private startPause(processes: ProcessTable): Process {
    const { clock, machine } = this.parts;
    const config = {
      privileged: false,
      capabilities: { add: [], drop: [] },
      limits: {},
    } as unknown as ContainerConfig;
    const root = new VolumeTree({ now: () => clock.now() });
    const { mounts } = containerRoot(
      { ...config, mounts: [], readOnlyRootFilesystem: true },
      root,
      this.files,
      () => clock.now(),
      this.kernelFiles(() => system),
    );
    const system: System = containerSystem({
      clock,
      config,
      hostname: this.config.hostname,
      mounts,
      network: this.attachment.namespace,
      processes,
      machine,
      sandbox: this,
      hostNetwork: this.config.hostNetwork,
      program: () => undefined,
      onOutOfMemory: () => undefined,
    });
    return processes.start({
      system,
      program: async (process) => {
        for (;;) await process.block(() => undefined);
      },
      argv: ['/pause'],
      env: new Map(),
      cwd: '/',
      credentials: { uid: 65_535, gid: 65_535, groups: [65_535] },
      fds: new Map(),
    });
  }
}
