import { STATUS_CODES } from 'node:http';
import { toBytes, toText } from '../../files/byte-string';
import { FileError } from '../../files/file-system';
import { NetworkError } from '../../network/namespace';
import { Interrupted, type Process } from '../../runtime/process';
import { type Exchange, serveHttp } from '../http/serve';

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const types: Record<string, string> = {
  html: 'text/html',
  htm: 'text/html',
  txt: 'text/plain',
  css: 'text/css',
  js: 'text/javascript',
  json: 'application/json',
  xml: 'text/xml',
  png: 'image/png',
  jpg: 'image/jpeg',
  svg: 'image/svg+xml',
  md: 'text/markdown',
};
const explanations: Record<number, string> = {
  404: 'Nothing matches the given URI',
  501: 'Server does not support this operation',
};

interface Settings {
  port: number;
  host: string;
  folder: string;
}

/** `python -m http.server`: the files of a folder, with a line for each request on standard error. */
export async function httpServer(
  process: Process,
  args: readonly string[],
  version: string,
): Promise<number> {
  const settings = parse(args, process.cwd);
  if (typeof settings === 'string') {
    await process.write(
      2,
      `usage: server.py [-h] [-b ADDRESS] [-d DIRECTORY] [-p VERSION] [port]\nserver.py: error: ${settings}\n`,
    );
    return 2;
  }
  const { port, host } = settings;
  if (port < 0 || port > 65_535) {
    await process.write(
      2,
      'Traceback (most recent call last):\nOverflowError: bind(): port must be 0-65535.\n',
    );
    return 1;
  }
  // As early as Python does, and heard whatever the server is just busy with.
  let interrupt = (): void => {};
  const interrupted = new Promise<void>((resolve) => {
    interrupt = resolve;
  });
  process.setAction('INT', () => interrupt());
  try {
    serveHttp(process, port, (exchange) => answer(process, settings, exchange, version), host);
  } catch (error) {
    if (!(error instanceof NetworkError)) throw error;
    await process.write(2, `Traceback (most recent call last):\nOSError: [Errno 98] ${error.message}\n`);
    return 1;
  }
  // What Python prints waits in its buffer unless a terminal shows it.
  const unbuffered = process.isTerminal(1) || (process.env.get('PYTHONUNBUFFERED') ?? '') !== '';
  if (unbuffered)
    await process.write(1, `Serving HTTP on ${host} port ${port} (http://${host}:${port}/) ...\n`);
  // It has no handler of SIGTERM, which the first process of a container does not hear then.
  await process.until(interrupted).catch((error) => {
    if (!(error instanceof Interrupted)) throw error;
  });
  if (unbuffered) await process.write(1, '\nKeyboard interrupt received, exiting.\n');
  return 0;
}

function parse(args: readonly string[], cwd: string): Settings | string {
  const settings: Settings = { port: 8000, host: '0.0.0.0', folder: cwd };
  for (let at = 0; at < args.length; at++) {
    const [, name = '', given] = /^(-\w|--[\w-]+)(?:=(.*))?$/.exec(args[at] ?? '') ?? [];
    if (name === '') {
      const port = Number(args[at]);
      if (!Number.isInteger(port)) return `argument port: invalid int value: '${args[at]}'`;
      settings.port = port;
      continue;
    }
    const value = given ?? args[++at];
    if (value === undefined) return `argument ${name}: expected one argument`;
    if (name === '-b' || name === '--bind') settings.host = value;
    else if (name === '-d' || name === '--directory')
      settings.folder = value.startsWith('/') ? value : `${cwd}/${value}`;
    else if (name !== '-p' && name !== '--protocol') return `unrecognized arguments: ${name}`;
  }
  return settings;
}

async function answer(
  process: Process,
  { folder }: Settings,
  { message, response, url, client }: Exchange,
  version: string,
): Promise<void> {
  const log = (text: string) =>
    process.write(2, toBytes(`${client.address} - - [${stamp(process)}] ${text}\n`));
  const done = (status: number) =>
    log(`"${message.method} ${message.url} HTTP/${message.httpVersion}" ${status} -`);
  response.setHeader('Server', `SimpleHTTP/0.6 Python/${version}`);
  response.setHeader('Connection', 'close');
  const fail = async (status: number, text: string) => {
    await log(`code ${status}, message ${text}`);
    await done(status);
    response.statusCode = status;
    response.statusMessage = text;
    response.setHeader('Content-Type', 'text/html;charset=utf-8');
    response.end(message.method === 'HEAD' ? undefined : errorPage(status, text));
  };
  if (message.method !== 'GET' && message.method !== 'HEAD')
    return fail(501, `Unsupported method ('${message.method}')`);
  const send = async (type: string, body: Uint8Array, mtimeMs?: number) => {
    await done(200);
    response.setHeader('Content-type', type);
    response.setHeader('Content-Length', body.length);
    if (mtimeMs !== undefined) response.setHeader('Last-Modified', new Date(mtimeMs).toUTCString());
    response.end(message.method === 'HEAD' ? undefined : body);
  };
  try {
    const path = pathOf(folder, url.pathname);
    const stat = process.files.stat(path);
    if (stat.type !== 'directory')
      return await send(typeOf(path), process.files.readFile(path), stat.mtimeMs);
    if (!url.pathname.endsWith('/')) {
      await done(301);
      response.statusCode = 301;
      response.setHeader('Location', `${url.pathname}/${url.search}`);
      response.end();
      return;
    }
    for (const name of ['index.html', 'index.htm']) {
      const index = `${path}/${name}`;
      if (process.files.tryStat(index)?.type === 'file')
        return await send('text/html', process.files.readFile(index), process.files.stat(index).mtimeMs);
    }
    return await send('text/html; charset=utf-8', Buffer.from(listing(process, path, url.pathname)));
  } catch (error) {
    if (!(error instanceof FileError) && !(error instanceof URIError)) throw error;
    return fail(404, 'File not found');
  }
}

/** Below the folder, whatever dots say. Throws URIError. */
function pathOf(folder: string, asked: string): string {
  const names = toBytes(decodeURIComponent(asked))
    .split('/')
    .filter((name) => !['', '.', '..'].includes(name));
  return [folder.replace(/\/$/, ''), ...names].join('/') || '/';
}

function typeOf(path: string): string {
  return types[path.slice(path.lastIndexOf('.') + 1).toLowerCase()] ?? 'application/octet-stream';
}

function listing(process: Process, path: string, asked: string): string {
  const title = `Directory listing for ${decodeURIComponent(asked)}`;
  const rows = process.files.list(path).map((name) => {
    const { type } = process.files.tryStat(`${path}/${name}`) ?? {};
    const shown = toText(name) + (type === 'directory' ? '/' : '');
    return `<li><a href="${encodeURI(shown)}">${escaped(shown)}</a></li>\n`;
  });
  return `<!DOCTYPE HTML>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n<title>${escaped(title)}</title>\n</head>\n<body>\n<h1>${escaped(title)}</h1>\n<hr>\n<ul>\n${rows.join('')}</ul>\n<hr>\n</body>\n</html>\n`;
}

function errorPage(status: number, text: string): string {
  const about = explanations[status] ?? STATUS_CODES[status] ?? '';
  return `<!DOCTYPE HTML>\n<html lang="en">\n    <head>\n        <meta charset="utf-8">\n        <title>Error response</title>\n    </head>\n    <body>\n        <h1>Error response</h1>\n        <p>Error code: ${status}</p>\n        <p>Message: ${escaped(text)}.</p>\n        <p>Error code explanation: ${status} - ${about}.</p>\n    </body>\n</html>\n`;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/** `21/Nov/2026 07:00:00` */
function stamp(process: Process): string {
  const date = new Date(process.clock.now());
  const iso = date.toISOString();
  return `${iso.slice(8, 10)}/${months[date.getUTCMonth()]}/${iso.slice(0, 4)} ${iso.slice(11, 19)}`;
}
