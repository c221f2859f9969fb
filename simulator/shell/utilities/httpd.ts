import { posix } from 'node:path';
import { toBytes, toText } from '../../files/byte-string';
import { FileError } from '../../files/file-system';
import { type Exchange, serveHttp } from '../../images/http/serve';
import { NetworkError } from '../../network/namespace';
import type { Process } from '../../runtime/process';
import { networkText } from './network-names';
import { type Utility, utility } from './utility';

const usage = `[-fv[v]] [-p [IP:]PORT] [-h HOME]

Listen for incoming HTTP requests

	-f		Run in foreground
	-v[v]		Verbose
	-p [IP:]PORT	Bind to IP:PORT (default *:80)
	-h HOME		Home directory (default .)`;

/** BusyBox httpd: static files. CGI, passwords and its configuration file are refused. */
export const httpd = utility('httpd', usage, async (self) => {
  const options = self.options('ifvp:u:r:h:c:m:e:d:');
  for (const letter of 'iurcmed')
    if (options.has(letter)) self.fail(`The embedded cluster does not simulate httpd -${letter}.`);
  const { process } = self;
  const [, host = '0.0.0.0', portText = ''] = /^(?:(.*):)?(\d+)$/.exec(options.value('p') ?? '80') ?? [];
  const port = Number(portText);
  if (portText === '' || port > 65_535) return self.fail(`bad port '${options.value('p')}'`);
  const home = options.value('h');
  if (home !== undefined) {
    if (process.files.tryStat(home)?.type !== 'directory')
      return self.fail(`can't change directory to '${home}': No such file or directory`);
    process.cwd = process.files.realpath(home);
  }
  const verbose = options.count('v');
  if (options.has('f')) return serve(self, process, port, host, verbose);
  // A daemon: a child in a session of its own, and the command is done.
  process.spawn({
    argv: process.argv,
    newSession: true,
    program: (child) => serve(self, child, port, host, verbose),
  });
  return 0;
});

async function serve(
  self: Utility,
  process: Process,
  port: number,
  host: string,
  verbose: number,
): Promise<number> {
  try {
    serveHttp(process, port, (exchange) => answer(process, exchange, verbose), host);
  } catch (error) {
    if (!(error instanceof NetworkError)) throw error;
    await process.write(2, `${self.name}: bind: ${networkText(error)}\n`);
    return 1;
  }
  return process.block<number>(() => undefined);
}

async function answer(process: Process, exchange: Exchange, verbose: number): Promise<void> {
  const { message, url, client } = exchange;
  let path: string;
  try {
    path = posix.normalize(decodeURIComponent(url.pathname));
  } catch {
    return refuse(process, exchange, 400, 'Bad Request', 'Unsupported method');
  }
  const peer = `[::ffff:${client.address}]:${client.port}`;
  if (verbose > 0) await process.write(2, toBytes(`${peer}: url:${path}\n`));
  const status = respond(process, exchange, path, message.method ?? '');
  if (verbose > 0) await process.write(2, `${peer}: response:${status}\n`);
}

function respond(process: Process, exchange: Exchange, path: string, method: string): number {
  const { response } = exchange;
  if (path.startsWith('/cgi-bin/'))
    return fail(process, exchange, 501, 'Not Implemented', 'The embedded cluster does not simulate CGI');
  if (method !== 'GET' && method !== 'HEAD')
    return fail(process, exchange, 501, 'Not Implemented', 'The requested method is not recognized');
  const { files } = process;
  let file = toBytes(`.${path}`);
  try {
    if (files.tryStat(file)?.type === 'directory') {
      if (!path.endsWith('/')) {
        head(process, exchange, 302, 'Found', { 'Content-type': 'text/html', Location: `${path}/` });
        response.end();
        return 302;
      }
      file += 'index.html';
    }
    const stat = files.stat(file);
    if (stat.type !== 'file') throw new FileError('EACCES', file);
    const data = files.readFile(file);
    const type = contentTypes[posix.extname(toText(file)).slice(1)];
    head(process, exchange, 200, 'OK', {
      ...(type ? { 'Content-type': type } : {}),
      'Accept-Ranges': 'bytes',
      'Last-Modified': new Date(stat.mtimeMs).toUTCString(),
      'Content-Length': String(data.length),
    });
    response.end(method === 'HEAD' ? undefined : data);
    return 200;
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    return fail(process, exchange, 404, 'Not Found', 'The requested URL was not found');
  }
}

function fail(process: Process, exchange: Exchange, code: number, title: string, text: string): number {
  refuse(process, exchange, code, title, text);
  return code;
}

function refuse(process: Process, exchange: Exchange, code: number, title: string, text: string): void {
  head(process, exchange, code, title, { 'Content-type': 'text/html' });
  exchange.response.end(
    `<HTML><HEAD><TITLE>${code} ${title}</TITLE></HEAD>\n<BODY><H1>${code} ${title}</H1>\n${text}\n</BODY></HTML>\n`,
  );
}

function head(
  process: Process,
  { response }: Exchange,
  code: number,
  reason: string,
  headers: Record<string, string>,
): void {
  response.sendDate = false;
  response.writeHead(code, reason, {
    Date: new Date(process.clock.now()).toUTCString(),
    Connection: 'close',
    ...headers,
  });
}

const contentTypes: Record<string, string | undefined> = {
  txt: 'text/plain',
  h: 'text/plain',
  c: 'text/plain',
  htm: 'text/html',
  html: 'text/html',
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  gif: 'image/gif',
  png: 'image/png',
  svg: 'image/svg+xml',
  css: 'text/css',
  js: 'application/javascript',
  mp3: 'audio/mpeg',
};
