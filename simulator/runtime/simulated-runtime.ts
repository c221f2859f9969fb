import type { Clock } from '../clock/clock';
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
  /** The utilities that executables of any image may name: `sh`, `ls`, `wget`… */
  program: (name: string) => Program | undefined;
  /** Told of faults of the simulator's own programs. */
  onError?: (error: unknown) => void;
}

/** The container runtime of one simulated node. */
export class SimulatedRuntime implements ContainerRuntime {
  constructor(private readonly options: RuntimeOptions) {}

  get images(): ImageStore {
    return this.options.images;
  }

  createSandbox(config: SandboxConfig): Sandbox {
    return new PodSandbox(config, {
      ...this.options,
      newProcessTable: () => {
        const table = new ProcessTable();
        if (this.options.onError) table.onError = this.options.onError;
        return table;
      },
    });
  }
}
