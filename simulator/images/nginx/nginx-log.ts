import type { FileView } from '../../files/file-view';
import type { OpenFile } from '../../files/open-file';
import { all } from './config';
import type { NginxRequest } from './request';
import { expand } from './variables';

const levels = ['debug', 'info', 'notice', 'warn', 'error', 'crit', 'alert', 'emerg'];
const combined =
  '$remote_addr - $remote_user [$time_local] "$request" $status $body_bytes_sent "$http_referer" "$http_user_agent"';

const standardLog = '/var/log/nginx/access.log';

/** The log files of a running nginx: opened once, as the superuser, and again on SIGUSR1. */
export class NginxLogs {
  private readonly open = new Map<string, OpenFile>();

  constructor(
    private readonly files: FileView,
    private readonly now: () => number,
    private readonly error: { path: string; level: string },
  ) {}

  /** Throws FileError when a file cannot be opened. */
  openFile(path: string): OpenFile {
    const known = this.open.get(path);
    if (known) return known;
    const file = this.files.open(path, 'a', 0o644);
    this.open.set(path, file);
    return file;
  }

  close(): void {
    for (const file of this.open.values()) file.release();
    this.open.clear();
  }

  /** A line of the error log: `2026/11/20 21:56:08 [error] 29#29: …`. */
  say(level: string, pid: number, text: string): void {
    if (levels.indexOf(level) < levels.indexOf(this.error.level) && level !== 'notice') return;
    if (level === 'notice' && levels.indexOf(this.error.level) > levels.indexOf('notice')) return;
    const time = new Date(this.now()).toISOString().replace('T', ' ').replaceAll('-', '/').slice(0, 19);
    this.append(
      this.error.path === 'stderr' ? '/dev/stderr' : this.error.path,
      `${time} [${level}] ${pid}#${pid}: ${text}\n`,
    );
  }

  /** What went wrong with a request; `upstream`: whom it was passed on to. */
  complain(level: string, request: NginxRequest, text: string, upstream?: string): void {
    const { client, server, message, connection, pid } = request;
    const host = message.headers.host === undefined ? '' : `, host: "${message.headers.host}"`;
    this.say(
      level,
      pid,
      `*${connection} ${text}, client: ${client.address}, server: ${server.names[0] ?? ''}, request: "${message.method} ${message.url} HTTP/${message.httpVersion}"${upstream === undefined ? '' : `, ${upstream}`}${host}`,
    );
  }

  access(request: NginxRequest): void {
    const scope = request.location?.scope ?? request.server.scope;
    const directives = all(scope, 'access_log').map(({ args }) => args);
    for (const [path = '', format = 'combined', ...options] of directives.length > 0
      ? directives
      : [[standardLog]]) {
      if (path === 'off') continue;
      const condition = options.find((option) => option.startsWith('if='));
      const held = condition === undefined ? '1' : expand(condition.slice(3), request);
      if (held === '' || held === '0') continue;
      const template = request.config.formats.get(format) ?? combined;
      this.append(expand(path, request), `${expand(template, request, '-')}\n`);
    }
  }

  /** A full disk or a reader that has gone loses the line, nothing else. */
  private append(path: string, line: string): void {
    try {
      this.openFile(path).write(Buffer.from(line, 'latin1'));
    } catch {
      // nginx goes on serving when it cannot log.
    }
  }
}
