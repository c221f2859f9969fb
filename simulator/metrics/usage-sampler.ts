import type { Clock, Timer } from '../clock/clock';
import type { PodUsage } from '../kubelet/node-agent';

/** What metrics-server takes as its resolution. */
const RESOLUTION_MS = 15_000;
/** Sampling goes on for so many rounds after the last question, and costs nothing otherwise. */
const IDLE_ROUNDS = 20;

export interface ContainerMetrics {
  name: string;
  /** Billionths of a CPU, on average over the window. */
  cpuNanoCores: number;
  memoryBytes: number;
}

export interface PodMetrics {
  namespace: string;
  pod: string;
  node: string;
  /** When it was measured, in milliseconds. */
  at: number;
  windowMs: number;
  containers: ContainerMetrics[];
}

interface Sample {
  at: number;
  startedAt: number;
  cpuNanos: number;
  cpuNanoCores: number;
  windowMs: number;
  memoryBytes: number;
}

/** Turns what containers have used since they started into rates, as metrics-server does. */
export class UsageSampler {
  private samples = new Map<string, Sample>();
  private timer: Timer | undefined;
  private rounds = 0;

  constructor(
    private readonly clock: Clock,
    private readonly usage: () => readonly { node: string; pods: PodUsage[] }[],
  ) {}

  pods(): PodMetrics[] {
    this.rounds = 0;
    this.timer ??= this.clock.after(RESOLUTION_MS, () => this.round());
    return this.measure();
  }

  stop(): void {
    this.timer?.cancel();
  }

  private round(): void {
    this.timer = undefined;
    this.measure();
    if (++this.rounds < IDLE_ROUNDS) this.timer = this.clock.after(RESOLUTION_MS, () => this.round());
  }

  private measure(): PodMetrics[] {
    const kept = new Map<string, Sample>();
    const metrics = this.usage().flatMap(({ node, pods }) =>
      pods.flatMap(({ namespace, pod, containers }) => {
        const samples = containers.map((container) => {
          const key = `${namespace}/${pod}/${container.name}`;
          const sample = this.sample(this.samples.get(key), container);
          kept.set(key, sample);
          return { name: container.name, sample };
        });
        const [first] = samples;
        if (!first) return [];
        return {
          namespace,
          pod,
          node,
          at: first.sample.at,
          windowMs: first.sample.windowMs,
          containers: samples.map(({ name, sample: { cpuNanoCores, memoryBytes } }) => ({
            name,
            cpuNanoCores,
            memoryBytes,
          })),
        };
      }),
    );
    this.samples = kept;
    return metrics;
  }

  /** The sample before while it is fresh; else one over the time since then, or since the container started. */
  private sample(before: Sample | undefined, now: PodUsage['containers'][number]): Sample {
    const at = this.clock.now();
    const same = before?.startedAt === now.startedAt ? before : undefined;
    if (same && at - same.at < RESOLUTION_MS) return same;
    const windowMs = Math.max(1, at - (same?.at ?? now.startedAt));
    const used = Math.max(0, now.cpuNanos - (same?.cpuNanos ?? 0));
    return {
      at,
      startedAt: now.startedAt,
      cpuNanos: now.cpuNanos,
      cpuNanoCores: Math.round((used / windowMs) * 1000),
      windowMs,
      memoryBytes: now.memoryBytes,
    };
  }
}
