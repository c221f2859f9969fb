import type { Clock } from '../clock/clock';
import type { ContainerLog, LogEntry } from './container-runtime';

type Stream = LogEntry['stream'];

/** Complete lines that one write brought, not yet cut apart: a busy container writes thousands at once. */
interface Block {
  time: number;
  stream: Stream;
  bytes: Uint8Array;
}

/** containerd's maximal length of a log line; longer ones are cut (max_container_log_line_size). */
const longestLine = 16 * 1024;
/** What a block costs beside its bytes. */
const blockOverhead = 120;
const blocksPerRead = 32;
const newline = 10;
const nothing = new Uint8Array(0);

/**
 * The log file of one container attempt as containerd writes it: a line appears when its newline was written, when
 * it grew over 16 KiB, or when the stream ended. Bounded: the oldest lines go first (containerLogMaxSize).
 */
export class RotatingLog implements ContainerLog {
  private blocks: Block[] = [];
  private held = 0;
  /** Blocks that were rotated away. */
  private gone = 0;
  private lastTime = 0;
  private readonly pending: Record<Stream, Uint8Array> = { stdout: nothing, stderr: nothing };
  private readonly followers = new Set<(entry: LogEntry) => void>();

  constructor(
    private readonly clock: Clock,
    private readonly maxBytes = 2 * 1024 * 1024,
  ) {}

  write(stream: Stream, chunk: Uint8Array): void {
    const rest = this.pending[stream];
    const bytes = rest.length === 0 ? chunk.slice() : concat(rest, chunk);
    const end = bytes.lastIndexOf(newline) + 1;
    let open = end;
    while (bytes.length - open >= longestLine) open += longestLine;
    if (open > 0) this.append({ time: this.tick(), stream, bytes: bytes.subarray(0, open) });
    this.pending[stream] = bytes.length === open ? nothing : bytes.slice(open);
  }

  /** The process has ended: what stands without a newline is a line, too. */
  end(): void {
    for (const stream of ['stdout', 'stderr'] as const) {
      const bytes = this.pending[stream];
      if (bytes.length === 0) continue;
      this.pending[stream] = nothing;
      this.append({ time: this.tick(), stream, bytes });
    }
  }

  entries(): LogEntry[] {
    return this.blocks.flatMap((block) => [...linesOf(block)]);
  }

  readFrom(position: number): { entries: LogEntry[]; next: number } {
    const last = this.gone + this.blocks.length;
    const first = Math.min(last, Math.max(position, this.gone));
    const end = Math.min(last, first + blocksPerRead);
    const blocks = this.blocks.slice(first - this.gone, end - this.gone);
    return { entries: blocks.flatMap((block) => [...linesOf(block)]), next: end };
  }

  follow(run: (entry: LogEntry) => void): () => void {
    const follower = (entry: LogEntry) => run(entry);
    this.followers.add(follower);
    return () => this.followers.delete(follower);
  }

  private append(block: Block): void {
    this.blocks.push(block);
    this.held += block.bytes.length + blockOverhead;
    while (this.held > this.maxBytes && this.blocks.length > 1) {
      const oldest = this.blocks.shift();
      this.gone++;
      this.held -= (oldest?.bytes.length ?? 0) + blockOverhead;
    }
    if (this.followers.size === 0) return;
    for (const entry of linesOf(block)) for (const run of this.followers) run(entry);
  }

  /** Never the same time twice, so that the lines of two streams keep their order. */
  private tick(): number {
    this.lastTime = Math.max(this.clock.now(), this.lastTime + 0.001);
    return this.lastTime;
  }
}

function* linesOf({ time, stream, bytes }: Block): Iterable<LogEntry> {
  for (let start = 0; start < bytes.length; ) {
    const found = bytes.indexOf(newline, start);
    const end = Math.min(found < 0 ? bytes.length : found + 1, start + longestLine);
    yield { time, stream, text: bytes.subarray(start, end) };
    start = end;
  }
}

function concat(a: Uint8Array, b: Uint8Array): Uint8Array {
  const all = new Uint8Array(a.length + b.length);
  all.set(a);
  all.set(b, a.length);
  return all;
}
