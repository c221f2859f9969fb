import { decode, toBytes, toText } from '../../files/byte-string';
import { FileError } from '../../files/file-system';
import type { OpenFile } from '../../files/open-file';
import type { Process } from '../../runtime/process';
import { ConfigurationError, matching } from './config';
import type { Parser } from './parsers';
import { type Plugin, property, yes } from './plugin';
import type { LogRecord } from './record';

/** Where an input's records go, and what it may log. */
export interface InputHost {
  process: Process;
  parsers: ReadonlyMap<string, Parser>;
  emit(record: LogRecord): void;
  log(level: string, text: string): void;
}

/** Runs until the process ends. */
export const inputPlugins: Record<
  string,
  { allowed: string[]; start(plugin: Plugin, host: InputHost): Promise<void> }
> = {
  dummy: {
    allowed:
      'tag dummy metadata rate samples interval_sec interval_nsec start_time_sec copies mem_buf_limit'.split(
        ' ',
      ),
    start: dummy,
  },
  tail: {
    allowed:
      'tag path exclude_path read_from_head refresh_interval parser path_key offset_key key db db.sync db.locking skip_long_lines skip_empty_lines mem_buf_limit buffer_chunk_size buffer_max_size rotate_wait inotify_watcher ignore_older storage.type'.split(
        ' ',
      ),
    start: tail,
  },
  stdin: { allowed: ['tag', 'parser', 'buffer_size'], start: stdin },
};

async function dummy(plugin: Plugin, { process, emit }: InputHost): Promise<void> {
  const body = objectOf(plugin, property(plugin, 'dummy') ?? '{"message":"dummy"}');
  const rate = Number(property(plugin, 'rate') ?? 1);
  const interval =
    Number(property(plugin, 'interval_sec') ?? 0) * 1_000 +
    Number(property(plugin, 'interval_nsec') ?? 0) / 1e6;
  const samples = Number(property(plugin, 'samples') ?? 0);
  const copies = Number(property(plugin, 'copies') ?? 1);
  const tag = property(plugin, 'tag') ?? plugin.id;
  for (let made = 0; samples === 0 || made < samples; made++) {
    await pause(process, interval > 0 ? interval : 1_000 / Math.max(1, rate));
    for (let copy = 0; copy < copies; copy++) emit({ tag, timeMs: process.clock.now(), body: { ...body } });
  }
}

function objectOf(plugin: Plugin, text: string): Record<string, unknown> {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    throw new ConfigurationError(`[input:dummy:${plugin.id}] invalid JSON in dummy: ${text}`);
  }
}

/** A wait that handled signals do not end. */
export function pause(process: Process, ms: number): Promise<void> {
  return new Promise((resolve) => {
    const timer = process.clock.after(ms, resolve);
    process.onEnd(() => timer.cancel());
  });
}

interface Tailed {
  file: OpenFile;
  ino: number;
  rest: string;
  offset: number;
}

/** Looks for new files every few seconds, and for new lines when a file changes. */
async function tail(plugin: Plugin, host: InputHost): Promise<void> {
  const { process, log } = host;
  const patterns = (property(plugin, 'path') ?? '').split(/\s*,\s*/).filter(Boolean);
  if (patterns.length === 0)
    throw new ConfigurationError(`[input:tail:${plugin.id}] no input 'path' was given`);
  const fromHead = yes(property(plugin, 'read_from_head'));
  const refreshMs = Number(property(plugin, 'refresh_interval') ?? 60) * 1_000;
  const excluded = (property(plugin, 'exclude_path') ?? '').split(/\s*,\s*/).filter(Boolean);
  if (property(plugin, 'db') !== undefined)
    log(
      'warn',
      `[input:tail:${plugin.id}] The embedded cluster does not keep positions in DB: files are read anew after a restart`,
    );
  const tailed = new Map<string, Tailed>();
  const scan = (start: boolean) => {
    const skip = new Set(excluded.flatMap((each) => matching(process.files, toBytes(each))));
    for (const path of patterns.flatMap((each) => matching(process.files, toBytes(each)))) {
      const stat = process.files.tryStat(path);
      if (skip.has(path) || stat?.type !== 'file') continue;
      const known = tailed.get(path);
      if (known?.ino === stat.ino) continue;
      known?.file.release();
      try {
        const file = process.files.open(path, 'r');
        const offset = start && !fromHead ? file.seek(0, 'end') : 0;
        tailed.set(path, { file, ino: stat.ino, rest: '', offset });
        log(
          'info',
          `[input:tail:${plugin.id}] inotify_fs_add(): inode=${stat.ino} watch_fd=${tailed.size} name=${toText(path)}`,
        );
        const look = () => queueMicrotask(() => !process.status && readNew(plugin, host, path, tailed));
        process.onEnd(file.onReady('read', look));
        look();
      } catch (error) {
        if (!(error instanceof FileError)) throw error;
        log('error', `[input:tail:${plugin.id}] read error, check permissions: ${toText(path)}`);
      }
    }
  };
  scan(true);
  // A file that is missing at the start is often one that another container is about to write.
  for (;;) {
    await pause(process, Math.min(refreshMs, tailed.size === 0 ? 1_000 : refreshMs));
    scan(false);
  }
}

function readNew(plugin: Plugin, host: InputHost, path: string, tailed: Map<string, Tailed>): void {
  const state = tailed.get(path);
  if (!state) return;
  if (state.file.stat().size < state.offset) {
    host.log('info', `[input:tail:${plugin.id}] file=${toText(path)} has been truncated`);
    state.offset = state.file.seek(0, 'start');
    state.rest = '';
  }
  for (let part = state.file.read(65_536); part && part.length > 0; part = state.file.read(65_536)) {
    state.offset += part.length;
    const lines = (state.rest + decode(part)).split('\n');
    state.rest = lines.pop() ?? '';
    for (const line of lines)
      if (line !== '') emitLine(plugin, host, toText(line.replace(/\r$/, '')), toText(path));
  }
}

function emitLine(
  plugin: Plugin,
  { process, parsers, emit }: InputHost,
  line: string,
  path: string | undefined,
): void {
  const name = property(plugin, 'parser');
  const parsed = name === undefined ? undefined : parsers.get(name)?.(line);
  const key = property(plugin, 'key') ?? 'log';
  const pathKey = property(plugin, 'path_key');
  const tag = (property(plugin, 'tag') ?? plugin.id).replace(
    '*',
    (path ?? '').replace(/^\//, '').replaceAll('/', '.'),
  );
  emit({
    tag,
    timeMs: parsed?.timeMs ?? process.clock.now(),
    body: { ...(pathKey === undefined ? {} : { [pathKey]: path }), ...(parsed?.body ?? { [key]: line }) },
  });
}

async function stdin(plugin: Plugin, host: InputHost): Promise<void> {
  const input = host.process.fds.get(0);
  if (!input) return;
  let rest = '';
  for (;;) {
    const part = input.read(65_536);
    if (part?.length === 0) return;
    if (!part) {
      await new Promise<void>((resolve) => {
        const stop = input.onReady('read', () => {
          stop();
          resolve();
        });
      });
      continue;
    }
    const lines = (rest + decode(part)).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) if (line !== '') emitLine(plugin, host, toText(line), undefined);
  }
}
