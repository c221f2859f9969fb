import { request as httpRequest } from 'node:http';
import { encode, toBytes } from '../../files/byte-string';
import { errorText } from '../../files/error-text';
import { FileError } from '../../files/file-system';
import { NetworkError } from '../../network/namespace';
import { streamSocket } from '../../network/stream-socket';
import type { Process } from '../../runtime/process';
import { writeWhole } from '../../runtime/write-whole';
import { addressOf } from '../../shell/utilities/network-names';
import { ConfigurationError } from './config';
import { numberOf, type Plugin, property } from './plugin';
import { type LogRecord, plainText, rubyText, secondsText } from './record';

/** Takes the records of one tag that have come since the last flush. A text says why it could not. */
export type Output = (records: LogRecord[]) => Promise<string | undefined>;

export const outputPlugins: Record<
  string,
  { allowed: string[]; make(plugin: Plugin, process: Process): Output }
> = {
  stdout: { allowed: ['format', 'json_date_key', 'json_date_format'], make: stdout },
  file: {
    allowed: ['path', 'file', 'format', 'template', 'delimiter', 'label_delimiter', 'mkdir'],
    make: file,
  },
  http: {
    allowed:
      'host port uri format header json_date_key json_date_format tls compress log_response_payload http_user http_passwd'.split(
        ' ',
      ),
    make: http,
  },
  null: { allowed: ['format'], make: () => async () => undefined },
};

function refuse(plugin: Plugin, what: string): ConfigurationError {
  return new ConfigurationError(
    `[output:${plugin.name}:${plugin.id}] The embedded cluster does not simulate ${what}; use a kind cluster for that.`,
  );
}

function json(plugin: Plugin, record: LogRecord): string {
  const key = property(plugin, 'json_date_key') ?? 'date';
  const format = (property(plugin, 'json_date_format') ?? 'double').toLowerCase();
  const dates: Record<string, () => unknown> = {
    double: () => record.timeMs / 1_000,
    epoch: () => Math.floor(record.timeMs / 1_000),
    iso8601: () => `${new Date(record.timeMs).toISOString().slice(0, 23)}000Z`,
  };
  const date = dates[format];
  if (!date) throw refuse(plugin, `json_date_format ${format}`);
  return JSON.stringify(/^(false|off)$/i.test(key) ? record.body : { [key]: date(), ...record.body });
}

function inJson(plugin: Plugin, format: string): (records: LogRecord[]) => string {
  if (format === 'json') return (records) => `[${records.map((each) => json(plugin, each)).join(',')}]\n`;
  if (format === 'json_lines') return (records) => records.map((each) => `${json(plugin, each)}\n`).join('');
  if (format === 'json_stream') return (records) => records.map((each) => json(plugin, each)).join('');
  throw refuse(plugin, `format ${format}`);
}

function stdout(plugin: Plugin, process: Process): Output {
  const format = (property(plugin, 'format') ?? 'msgpack').toLowerCase();
  const text =
    format === 'msgpack'
      ? (records: LogRecord[]) =>
          records
            .map((each, at) => `[${at}] ${each.tag}: [[${secondsText(each)}, {}], ${rubyText(each.body)}]\n`)
            .join('')
      : inJson(plugin, format);
  return async (records) => {
    await process.write(1, toBytes(text(records)));
    return undefined;
  };
}

function file(plugin: Plugin, process: Process): Output {
  const format = (property(plugin, 'format') ?? 'out_file').toLowerCase();
  const template = property(plugin, 'template') ?? '{time} {message}';
  const shown: Record<string, (record: LogRecord) => string> = {
    out_file: (each) => `${each.tag}: [${secondsText(each)}, ${JSON.stringify(each.body)}]`,
    plain: (each) => JSON.stringify(each.body),
    csv: (each) =>
      [secondsText(each), ...Object.values(each.body).map((value) => JSON.stringify(value))].join(
        property(plugin, 'delimiter') ?? ',',
      ),
    ltsv: (each) =>
      Object.entries({ time: secondsText(each), ...each.body })
        .map(([key, value]) => `${key}:${plainText(value)}`)
        .join('\t'),
    template: (each) =>
      template.replace(/\{(\w+)\}/g, (_all, key: string) =>
        key === 'time' ? secondsText(each) : plainText(each.body[key]),
      ),
  };
  const line = shown[format];
  if (!line) throw refuse(plugin, `format ${format}`);
  return async (records) => {
    const name = property(plugin, 'file') ?? records[0]?.tag ?? plugin.id;
    const folder = property(plugin, 'path');
    const path = toBytes(folder === undefined ? name : `${folder}/${name}`);
    try {
      const opened = process.files.open(path, 'a', 0o644);
      try {
        await writeWhole(process, opened, encode(toBytes(records.map((each) => `${line(each)}\n`).join(''))));
      } finally {
        opened.release();
      }
      return undefined;
    } catch (error) {
      if (!(error instanceof FileError)) throw error;
      return `error opening: ${path}: ${errorText(error)}`;
    }
  };
}

function http(plugin: Plugin, process: Process): Output {
  const host = property(plugin, 'host') ?? '127.0.0.1';
  const port = numberOf(plugin, 'port', 80);
  const uri = property(plugin, 'uri') ?? '/';
  if (!/^[!-~]+$/.test(uri)) throw refuse(plugin, `the URI "${uri}"`);
  const format = (property(plugin, 'format') ?? 'msgpack').toLowerCase();
  if (format === 'msgpack') throw refuse(plugin, 'format msgpack of the http output (set format json)');
  for (const name of ['tls', 'compress']) {
    const value = property(plugin, name);
    if (value !== undefined && !/^(off|false|no)$/i.test(value)) throw refuse(plugin, `${name} ${value}`);
  }
  const text = inJson(plugin, format);
  const headers: Record<string, string> = {
    'Content-Type': format === 'json' ? 'application/json' : 'application/x-ndjson',
    'User-Agent': 'Fluent-Bit',
  };
  const user = property(plugin, 'http_user');
  if (user !== undefined)
    headers.Authorization = `Basic ${Buffer.from(`${user}:${property(plugin, 'http_passwd') ?? ''}`).toString('base64')}`;
  for (const [name, value] of plugin.properties) {
    const [, key, rest] = /^(\S+)\s+(.*)$/.exec(value) ?? [];
    if (name !== 'header' || key === undefined || rest === undefined) continue;
    if (!/^[\w!#$%&'*+.^`|~-]+$/.test(key) || !/^[\t -~]*$/.test(rest))
      throw refuse(plugin, `the header "${key}"`);
    headers[key] = rest;
  }
  return async (records) => {
    const address = await addressOf(process, toBytes(host));
    if (address === undefined) return `no upstream connections available to ${host}:${port}`;
    const body = Buffer.from(text(records).replace(/\n$/, format === 'json' ? '' : '\n'));
    try {
      const status = await post(process, address, port, uri, { ...headers, Host: `${host}:${port}` }, body);
      return status >= 200 && status <= 205 ? undefined : `${host}:${port}, HTTP status=${status}`;
    } catch (error) {
      if (!(error instanceof NetworkError)) throw error;
      return `no upstream connections available to ${host}:${port}`;
    }
  };
}

/** A server that takes longer to answer has not answered (response_timeout). */
const answerMs = 60_000;

async function post(
  process: Process,
  address: string,
  port: number,
  path: string,
  headers: Record<string, string>,
  body: Buffer,
): Promise<number> {
  const connection = await process.network.connect(address, port, { timeoutMs: 10_000 });
  const answered = new Promise<number>((resolve, reject) => {
    const late = process.clock.after(answerMs, () => {
      connection.destroy();
      reject(new NetworkError('ETIMEDOUT'));
    });
    connection.closed.then(() => late.cancel());
    const outgoing = httpRequest(
      {
        createConnection: () => streamSocket(connection),
        method: 'POST',
        path,
        headers: { ...headers, 'Content-Length': String(body.length), Connection: 'close' },
      },
      (answer) => {
        answer.resume();
        answer.on('end', () => resolve(answer.statusCode ?? 0));
      },
    );
    outgoing.on('error', () => reject(new NetworkError('ECONNRESET')));
    outgoing.end(body);
  });
  return answered.finally(() => connection.close());
}
