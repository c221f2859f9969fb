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
/** Bytes after which a read ends: its lines become objects, which take many times as much. */
const readBytes = 32 * 1024;
/** Bytes that one block holds at most, for the same reason. */
const blockBytes = 32 * 1024;
const newline = 10;
const nothing = new Uint8Array(0);

/** kubelet containerLogMaxSize. */
const largestFile = 10 * 1024 * 1024;
/** Rotated files that readers may still have open; those who are further behind go on at the latest. */
const mostRotated = 2;

/**
 * The log file of one container attempt as containerd writes it: a line appears when its newline was written, when it grew over
 * 16 KiB, or when the stream ended. A file that has become too large is rotated: what came before is not shown any more, as
 * `kubectl logs` reads the latest file alone (kubelet logs.ContainerLogManager). Who was reading it reads it to its end first.
 */
export class RotatingLog implements ContainerLog {
  private blocks: Block[] = [];
  private held = 0;
  /** Blocks that were rotated away. */
  private gone = 0;
  /** Files that were rotated while somebody read them: position of the first block, and the blocks. */
  private rotated: { start: number; blocks: Block[] }[] = [];
  /** Where each reader is. */
  private readonly readers = new Set<() => number>();
  private lastTime = 0;
  private readonly pending: Record<Stream, Uint8Array> = { stdout: nothing, stderr: nothing };
  private readonly followers = new Set<(entry: LogEntry) => void>();

  constructor(
    private readonly clock: Clock,
    private readonly maxBytes = largestFile,
  ) {}

  write(stream: Stream, chunk: Uint8Array): void {
    const rest = this.pending[stream];
    const bytes = rest.length === 0 ? chunk.slice() : concat(rest, chunk);
    const end = bytes.lastIndexOf(newline) + 1;
    let open = end;
    while (bytes.length - open >= longestLine) open += longestLine;
    const time = this.tick();
    for (let start = 0; start < open; ) {
      const stop = endOfBlock(bytes, start, open);
      this.append({ time, stream, bytes: bytes.subarray(start, stop) });
      start = stop;
    }
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
    const { start, blocks } = this.fileAt(position) ?? { start: this.gone, blocks: this.blocks };
    const last = start + blocks.length;
    const first = Math.min(last, Math.max(position, start));
    const entries: LogEntry[] = [];
    let next = first;
    for (let bytes = 0; next < last && bytes < readBytes; next++) {
      const block = blocks[next - start];
      if (!block) break;
      bytes += block.bytes.length;
      for (const entry of linesOf(block)) entries.push(entry);
    }
    return { entries, next };
  }

  tail(count: number, wanted: (entry: LogEntry) => boolean): { position: number; skip: number } {
    let found = 0;
    let index = this.blocks.length;
    while (index > 0 && found < count) {
      index--;
      const block = this.blocks[index];
      if (block) for (const entry of linesOf(block)) if (wanted(entry)) found++;
    }
    return { position: this.gone + index, skip: Math.max(0, found - count) };
  }

  /** Bytes of the file. */
  get size(): number {
    return this.held;
  }

  follow(run: (entry: LogEntry) => void): () => void {
    const follower = (entry: LogEntry) => run(entry);
    this.followers.add(follower);
    return () => this.followers.delete(follower);
  }

  hold(position: () => number): () => void {
    this.readers.add(position);
    return () => {
      this.readers.delete(position);
      this.forgetRead();
    };
  }

  private append(block: Block): void {
    const size = block.bytes.length + blockOverhead;
    if (this.held + size > this.maxBytes) this.rotate();
    this.blocks.push(block);
    this.held += size;
    if (this.followers.size === 0) return;
    for (const entry of linesOf(block)) for (const run of this.followers) run(entry);
  }

  private rotate(): void {
    this.rotated.push({ start: this.gone, blocks: this.blocks });
    this.gone += this.blocks.length;
    this.blocks = [];
    this.held = 0;
    this.forgetRead();
  }

  /** The rotated file that a position lies in; 0 stands for the start of the latest. */
  private fileAt(position: number) {
    if (position === 0) return undefined;
    return this.rotated.find(({ start, blocks }) => position >= start && position < start + blocks.length);
  }

  /** Lets go of the rotated files that nobody is reading any more. */
  private forgetRead(): void {
    if (this.rotated.length === 0) return;
    const open = new Set([...this.readers].map((position) => this.fileAt(position())));
    this.rotated = this.rotated.filter((file) => open.has(file)).slice(-mostRotated);
  }

  /** Never the same time twice, so that the lines of two streams keep their order. */
  private tick(): number {
    this.lastTime = Math.max(this.clock.now(), this.lastTime + 0.001);
    return this.lastTime;
  }
}

/** A block ends with a line, unless that is too long for one. */
function endOfBlock(bytes: Uint8Array, start: number, end: number): number {
  if (end - start <= blockBytes) return end;
  const found = bytes.lastIndexOf(newline, start + blockBytes - 1);
  return found < start ? start + longestLine : found + 1;
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
