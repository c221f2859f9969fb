import type { Clock } from '../clock/clock';
import type { Disk } from '../files/disk';
import type { ImageStore } from '../images/image-store';
import type { SimulatedNetwork } from '../network/simulated-network';
import type { ContainerRuntime, Sandbox, SandboxConfig } from './container-runtime';
import { PodSandbox } from './pod-sandbox';
import type { Machine, Program } from './process';
import { ProcessTable } from './process-table';

export interface RuntimeOptions {
  clock: Clock;
  network: SimulatedNetwork;
  images: ImageStore;
  machine: Machine;
  /** The node's: without one, its containers may write without end. */
  disk?: Disk;
  /** The utilities that executables of any image may name: `sh`, `ls`, `wget`… */
  program: (name: string) => Program | undefined;
  /** Told of faults of the simulator's own programs. */
  onError?: (error: unknown) => void;
}

/** The container runtime of one simulated node. */
export class SimulatedRuntime implements ContainerRuntime {
  /** As the kubelet hands them out when the node's /etc/subuid names none (userns manager). */
  private nextUserRange = 65_536;

  constructor(private readonly options: RuntimeOptions) {}

  get images(): ImageStore {
    return this.options.images;
  }

  createSandbox(config: SandboxConfig): Sandbox {
    return new PodSandbox(config, {
      ...this.options,
      newUserRange: () => {
        const first = this.nextUserRange;
        this.nextUserRange += 65_536;
        return first;
      },
      newProcessTable: () => {
        const table = new ProcessTable();
        if (this.options.onError) table.onError = this.options.onError;
        return table;
      },
    });
  }
}
