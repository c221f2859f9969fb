import { decode, toText } from '../../files/byte-string';
import { Interrupted, type Process } from '../../runtime/process';
import { ConfigurationError } from './config';
import { type InputHost, pause } from './input-host';
import type { Parser } from './parsers';
import { numberOf, type Plugin, property } from './plugin';
import { tail } from './tail';

/** Runs until the process ends. */
export const inputPlugins: Record<
  string,
  { allowed: string[]; start(plugin: Plugin, host: InputHost): Promise<void> }
> = {
  dummy: {
    allowed: 'tag dummy rate samples interval_sec interval_nsec copies mem_buf_limit'.split(' '),
    start: dummy,
  },
  tail: {
    allowed:
      'tag path exclude_path read_from_head refresh_interval parser path_key offset_key key db db.sync db.locking skip_long_lines skip_empty_lines mem_buf_limit buffer_chunk_size buffer_max_size rotate_wait inotify_watcher storage.type'.split(
        ' ',
      ),
    start: tail,
  },
  stdin: { allowed: ['tag', 'parser', 'buffer_size'], start: stdin },
};

async function dummy(plugin: Plugin, { process, emit }: InputHost): Promise<void> {
  const body = objectOf(plugin, property(plugin, 'dummy') ?? '{"message":"dummy"}');
  const rate = numberOf(plugin, 'rate', 1);
  const interval = numberOf(plugin, 'interval_sec', 0) * 1_000 + numberOf(plugin, 'interval_nsec', 0) / 1e6;
  const samples = numberOf(plugin, 'samples', 0);
  const copies = numberOf(plugin, 'copies', 1);
  const tag = property(plugin, 'tag') ?? plugin.id;
  for (let made = 0; samples === 0 || made < samples; made++) {
    await pause(process, interval > 0 ? interval : 1_000 / Math.max(1, rate));
    for (let copy = 0; copy < copies; copy++) {
      await process.checkpoint();
      emit({ tag, timeMs: process.clock.now(), body: { ...body } });
    }
  }
}

function objectOf(plugin: Plugin, text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    if (value === null || typeof value !== 'object' || Array.isArray(value))
      throw new SyntaxError('no object');
    return { ...value };
  } catch {
    throw new ConfigurationError(`[input:dummy:${plugin.id}] invalid JSON in dummy: ${text}`);
  }
}

/** Bytes of a line of standard input. */
const mostInput = 1024 * 1024;

async function stdin(plugin: Plugin, host: InputHost): Promise<void> {
  const { process, parsers, emit, log } = host;
  const name = property(plugin, 'parser');
  const parser = name === undefined ? undefined : parsers.get(name);
  if (name !== undefined && !parser)
    throw new ConfigurationError(`[input:stdin:${plugin.id}] requested parser '${name}' not found`);
  const tag = property(plugin, 'tag') ?? plugin.id;
  let rest = '';
  for (;;) {
    const part = await readInput(process);
    if (part.length === 0) break;
    const lines = (rest + decode(part)).split('\n');
    rest = lines.pop() ?? '';
    if (rest.length > mostInput) {
      log('warn', `[input:stdin:${plugin.id}] a line is longer than ${mostInput} bytes: it is dropped`);
      rest = '';
    }
    for (const line of lines) {
      if (line.trim() === '') continue;
      await process.checkpoint();
      const read = parser ? parser(toText(line)) : objectIn(toText(line));
      if (read) emit({ tag, timeMs: read.timeMs ?? process.clock.now(), body: read.body });
      else log('debug', `[input:stdin:${plugin.id}] invalid line: ${toText(line)}`);
    }
  }
  log('warn', `[input:stdin:${plugin.id}] end of file (stdin closed by remote end)`);
  host.exit();
}

/** Bytes of standard input, none at its end; handled signals do not end the wait. */
async function readInput(process: Process): Promise<Uint8Array> {
  for (;;) {
    try {
      return process.fds.has(0) ? await process.read(0) : new Uint8Array();
    } catch (error) {
      if (!(error instanceof Interrupted)) throw error;
    }
  }
}

/** Without a parser a line is a JSON object, or `[seconds, object]`. */
function objectIn(line: string): ReturnType<Parser> {
  try {
    const value: unknown = JSON.parse(line);
    const [seconds, body] = Array.isArray(value) ? (value as unknown[]) : [undefined, value];
    if (body === null || typeof body !== 'object' || Array.isArray(body)) return undefined;
    const timeMs = typeof seconds === 'number' ? { timeMs: seconds * 1_000 } : {};
    return { body: { ...body }, ...timeMs };
  } catch {
    return undefined;
  }
}
