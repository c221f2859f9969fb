import type { IncomingMessage, ServerResponse } from 'node:http';
import { FileError } from '../../files/file-system';
import type { OpenFile } from '../../files/open-file';
import type { Process } from '../../runtime/process';
import type { HttpdConfig } from './config';

/** What a line of the access log can tell of. */
export interface Answered {
  message: IncomingMessage;
  response: ServerResponse;
  client: string;
  bytes: number;
  host: string;
}

/** The log files of httpd, opened once at its start. */
export class HttpdLogs {
  private readonly error: OpenFile;
  private readonly access: { file: OpenFile; format: string }[];

  /** Throws FileError for a file that cannot be opened. */
  constructor(
    private readonly process: Process,
    config: HttpdConfig,
  ) {
    const open = (path: string) => process.files.open(path, 'a', 0o644);
    this.error = open(config.errorLog);
    this.access = config.accessLogs.map(({ path, format }) => ({ file: open(path), format }));
    process.onEnd(() => {
      for (const file of [this.error, ...this.access.map((each) => each.file)]) file.release();
    });
  }

  notice(module: string, line: string): void {
    this.write(
      this.error,
      `[${errorTime(this.process)}] [${module}:notice] [pid ${this.process.pid}:tid ${this.process.pid}] ${line}\n`,
    );
  }

  answered(answered: Answered): void {
    for (const { file, format } of this.access)
      this.write(file, `${lineOf(format, answered, this.process)}\n`);
  }

  /** A full disk or a reader that has gone loses the line, nothing else. */
  private write(file: OpenFile, line: string): void {
    try {
      file.write(Buffer.from(line, 'latin1'));
    } catch (error) {
      if (!(error instanceof FileError)) throw error;
    }
  }
}

/** mod_log_config's directives, as far as common formats have them; others stand as they are. */
function lineOf(format: string, answered: Answered, process: Process): string {
  const { message, response, client, bytes, host } = answered;
  const values: Record<string, string> = {
    h: client,
    a: client,
    l: '-',
    u: '-',
    t: `[${accessTime(process)}]`,
    r: `${message.method} ${message.url} HTTP/${message.httpVersion}`,
    s: String(response.statusCode),
    b: bytes === 0 ? '-' : String(bytes),
    B: String(bytes),
    m: message.method ?? '',
    U: (message.url ?? '').split('?')[0] ?? '',
    q: /\?.*/.exec(message.url ?? '')?.[0] ?? '',
    H: `HTTP/${message.httpVersion}`,
    v: host,
    V: host,
    P: String(process.pid),
    D: '200',
    T: '0',
    '%': '%',
  };
  return format.replace(
    /%[<>]?(?:\{([^}]+)\}([io])|([a-zA-Z%]))/g,
    (whole, header: string | undefined, side: string | undefined, letter: string | undefined) => {
      if (header === undefined) return values[letter ?? ''] ?? whole;
      const found = side === 'i' ? message.headers[header.toLowerCase()] : response.getHeader(header);
      return found === undefined ? '-' : String(found);
    },
  );
}

function errorTime(process: Process): string {
  const [day = '', date, month, year, time] = new Date(process.clock.now()).toUTCString().split(' ');
  return `${day.slice(0, 3)} ${month} ${date} ${time}.000000 ${year}`;
}

function accessTime(process: Process): string {
  const [, date, month, year, time] = new Date(process.clock.now()).toUTCString().split(' ');
  return `${date}/${month}/${year}:${time} +0000`;
}
