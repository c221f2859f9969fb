import { decode, toBytes, toText } from '../../files/byte-string';
import { FileError } from '../../files/file-system';
import type { OpenFile } from '../../files/open-file';
import { ConfigurationError, matching } from './config';
import { type InputHost, pause } from './input-host';
import { numberOf, type Plugin, property, sizeOf, yes } from './plugin';

interface Tailed {
  file: OpenFile;
  ino: number;
  /** What was read of a line that has no end yet. */
  rest: string;
  offset: number;
  /** More may have come while it was read. */
  changed: boolean;
  reading: boolean;
  stop(): void;
}

/** Looks for new files every few seconds, and for new lines when a file changes. */
export async function tail(plugin: Plugin, host: InputHost): Promise<void> {
  const { process } = host;
  const input = new TailInput(plugin, host);
  process.onEnd(() => input.stop());
  input.scan(true);
  // A file that is missing at the start is often one that another container is about to write.
  const refreshMs = Math.max(100, numberOf(plugin, 'refresh_interval', 60) * 1_000);
  for (;;) {
    await pause(process, input.empty ? Math.min(refreshMs, 1_000) : refreshMs);
    input.scan(false);
  }
}

class TailInput {
  private readonly tailed = new Map<string, Tailed>();
  private readonly patterns: string[];
  private readonly excluded: string[];
  private readonly mostOfLine: number;

  constructor(
    private readonly plugin: Plugin,
    private readonly host: InputHost,
  ) {
    this.patterns = paths(plugin, 'path');
    this.excluded = paths(plugin, 'exclude_path');
    this.mostOfLine = sizeOf(plugin, 'buffer_max_size', 32 * 1024);
    if (this.patterns.length === 0)
      throw new ConfigurationError(`[input:tail:${plugin.id}] no input 'path' was given`);
    if (property(plugin, 'db') !== undefined)
      host.log(
        'warn',
        `[input:tail:${plugin.id}] The embedded cluster does not keep positions in DB: files are read anew after a restart`,
      );
  }

  get empty(): boolean {
    return this.tailed.size === 0;
  }

  stop(): void {
    for (const path of [...this.tailed.keys()]) this.leave(path);
  }

  /** Finds files that are new, or take the place of others; those that have gone are let go. */
  scan(atStart: boolean): void {
    const { files } = this.host.process;
    const find = (patterns: string[]) => patterns.flatMap((each) => matching(files, toBytes(each)));
    const skip = new Set(find(this.excluded));
    const found = new Set(find(this.patterns).filter((path) => !skip.has(path)));
    for (const path of [...this.tailed.keys()]) if (!found.has(path)) this.leave(path);
    for (const path of found) {
      const stat = files.tryStat(path);
      if (stat?.type !== 'file') this.leave(path);
      else if (this.tailed.get(path)?.ino !== stat.ino) this.follow(path, stat.ino, atStart);
    }
  }

  private follow(path: string, ino: number, atStart: boolean): void {
    const { plugin, host } = this;
    this.leave(path);
    try {
      const file = host.process.files.open(path, 'r');
      const offset = atStart && !yes(property(plugin, 'read_from_head')) ? file.seek(0, 'end') : 0;
      const state: Tailed = {
        file,
        ino,
        rest: '',
        offset,
        changed: true,
        reading: false,
        stop: file.onReady('read', () => {
          state.changed = true;
          queueMicrotask(() => this.look(path, state));
        }),
      };
      this.tailed.set(path, state);
      this.log('info', `inotify_fs_add(): inode=${ino} watch_fd=${this.tailed.size} name=${toText(path)}`);
      this.look(path, state);
    } catch (error) {
      if (!(error instanceof FileError)) throw error;
      this.log('error', `read error, check permissions: ${toText(path)}`);
    }
  }

  private leave(path: string): void {
    const state = this.tailed.get(path);
    if (!state) return;
    state.stop();
    state.file.release();
    this.tailed.delete(path);
  }

  /** Reads on, one reader at a time. */
  private look(path: string, state: Tailed): void {
    const { process } = this.host;
    if (process.status || state.reading) return;
    state.reading = true;
    const reading = this.readNew(path, state).finally(() => {
      state.reading = false;
    });
    reading.catch((error: unknown) => {
      if (!process.status) process.system.processes.onError(error);
    });
  }

  private async readNew(path: string, state: Tailed): Promise<void> {
    const { process } = this.host;
    while (state.changed && this.tailed.get(path) === state) {
      state.changed = false;
      if (state.file.stat().size < state.offset) {
        this.log('info', `file=${toText(path)} has been truncated`);
        state.offset = state.file.seek(0, 'start');
        state.rest = '';
      }
      for (let part = state.file.read(65_536); part && part.length > 0; part = state.file.read(65_536)) {
        await this.take(path, state, part);
        await process.checkpoint();
        if (this.tailed.get(path) !== state) return;
      }
    }
  }

  private async take(path: string, state: Tailed, part: Uint8Array): Promise<void> {
    const start = state.offset - state.rest.length;
    state.offset += part.length;
    const lines = (state.rest + decode(part)).split('\n');
    state.rest = lines.pop() ?? '';
    let at = start;
    for (const line of lines) {
      await this.host.process.checkpoint();
      if (line !== '' || !yes(property(this.plugin, 'skip_empty_lines'))) this.emit(line, path, at);
      at += line.length + 1;
    }
    if (state.rest.length <= this.mostOfLine) return;
    const skips = yes(property(this.plugin, 'skip_long_lines'));
    this.log(
      skips ? 'warn' : 'error',
      `file=${toText(path)} ${skips ? 'have long lines. Skipping long lines.' : 'requires a larger buffer size, lines are too long. Skipping file.'}`,
    );
    if (skips) state.rest = '';
    else this.leave(path);
  }

  private emit(bytes: string, path: string, offset: number): void {
    const { plugin, host } = this;
    const line = toText(bytes.replace(/\r$/, ''));
    const name = property(plugin, 'parser');
    const parsed = name === undefined ? undefined : host.parsers.get(name)?.(line);
    const [pathKey, offsetKey] = [property(plugin, 'path_key'), property(plugin, 'offset_key')];
    const tag = (property(plugin, 'tag') ?? plugin.id).replace(
      '*',
      toText(path).replace(/^\//, '').replaceAll('/', '.'),
    );
    host.emit({
      tag,
      timeMs: parsed?.timeMs ?? host.process.clock.now(),
      body: {
        ...(pathKey === undefined ? {} : { [pathKey]: toText(path) }),
        ...(offsetKey === undefined ? {} : { [offsetKey]: offset }),
        ...(parsed?.body ?? { [property(plugin, 'key') ?? 'log']: line }),
      },
    });
  }

  private log(level: string, text: string): void {
    this.host.log(level, `[input:tail:${this.plugin.id}] ${text}`);
  }
}

function paths(plugin: Plugin, name: string): string[] {
  return (property(plugin, name) ?? '').split(/\s*,\s*/).filter(Boolean);
}
