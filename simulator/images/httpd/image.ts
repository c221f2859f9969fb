import type { IncomingMessage, ServerResponse } from 'node:http';
import { decode, toBytes } from '../../files/byte-string';
import { errorText } from '../../files/error-text';
import { FileError } from '../../files/file-system';
import { nativeExecutable } from '../../files/volume-tree';
import { NetworkError } from '../../network/namespace';
import type { Process, Program } from '../../runtime/process';
import { buildAlpine } from '../base/alpine-root';
import { buildDebian } from '../base/debian-root';
import { byteRange } from '../http/byte-range';
import { type Exchange, serveHttp } from '../http/serve';
import { defaultPath, type Image } from '../image';
import { packageRefusal } from '../package-refusal';
import { defaultHttpdConfig, type HttpdConfig, parseHttpdConfig, ruleFor } from './config';
import { HttpdLogs } from './logs';

const version = '2.4.65';
const configPath = '/usr/local/apache2/conf/httpd.conf';
const types: Record<string, string> = {
  html: 'text/html',
  htm: 'text/html',
  txt: 'text/plain',
  css: 'text/css',
  js: 'text/javascript',
  json: 'application/json',
  png: 'image/png',
  svg: 'image/svg+xml',
};

/** Apache httpd for files, in the foreground. */
const httpd: Program = async (process) => {
  const args = process.argv.slice(1);
  if (args[0] === '-v') {
    await process.write(1, `Server version: Apache/${version} (Unix)\n`);
    return 0;
  }
  const text = process.files.exists(configPath) ? decode(process.files.readFile(configPath)) : '';
  const config = parseHttpdConfig(text, configPath);
  if (typeof config === 'string') {
    await process.write(2, `${config}\n`);
    return 1;
  }
  if (args[0] === '-t' || args[0] === 'configtest') {
    await process.write(2, 'Syntax OK\n');
    return 0;
  }
  if (config.serverName === undefined)
    for (let time = 0; time < 2; time++)
      await process.write(
        2,
        `AH00558: httpd: Could not reliably determine the server's fully qualified domain name, using ${process.network.address}. Set the 'ServerName' directive globally to suppress this message\n`,
      );
  let logs: HttpdLogs;
  try {
    logs = new HttpdLogs(process, config);
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    const reason = error.code === 'EACCES' ? '(13)Permission denied' : `(2)${errorText(error)}`;
    await process.write(
      2,
      `${reason}: AH00649: could not open transfer log file ${error.path}.\nAH00015: Unable to open logs\n`,
    );
    return 1;
  }
  for (const port of config.ports) {
    try {
      serveHttp(process, port, (exchange) => answer(process, config, logs, exchange));
    } catch (error) {
      if (!(error instanceof NetworkError)) throw error;
      await process.write(
        2,
        `(98)${error.message}: AH00072: make_sock: could not bind to address 0.0.0.0:${port}\nno listening sockets available, shutting down\nAH00015: Unable to open logs\n`,
      );
      return 1;
    }
  }
  logs.notice('mpm_event', `AH00489: Apache/${version} (Unix) configured -- resuming normal operations`);
  logs.notice('core', `AH00094: Command line: 'httpd ${args.join(' ')}'`);
  const asked = new Promise<string>((resolve) => {
    process.setAction('TERM', () => resolve('AH00491: caught SIGTERM, shutting down'));
    process.setAction('WINCH', () => resolve('AH00492: caught SIGWINCH, shutting down gracefully'));
  });
  for (;;) {
    try {
      logs.notice('mpm_event', await process.until(asked));
      return 0;
    } catch (error) {
      if ((error as Error).name !== 'Interrupted') throw error;
    }
  }
};

async function answer(
  process: Process,
  config: HttpdConfig,
  logs: HttpdLogs,
  exchange: Exchange,
): Promise<void> {
  const { message, response, url, client } = exchange;
  const page = (status: number, title: string, text: string) => {
    response.statusCode = status;
    response.setHeader('Content-Type', 'text/html; charset=iso-8859-1');
    return Buffer.from(
      `<!DOCTYPE HTML PUBLIC "-//IETF//DTD HTML 2.0//EN">\n<html><head>\n<title>${status} ${title}</title>\n</head><body>\n<h1>${title}</h1>\n<p>${text}</p>\n</body></html>\n`,
    );
  };
  response.setHeader('Server', `Apache/${version} (Unix)`);
  let body: Uint8Array;
  try {
    const found = find(process, config, pathOf(url.pathname));
    if (found.isFolder) {
      response.setHeader('Location', `http://${message.headers.host ?? ''}${url.pathname}/`);
      body = page(301, 'Moved Permanently', 'The document has moved.');
    } else if (!['GET', 'HEAD', 'POST'].includes(message.method ?? ''))
      body = page(
        405,
        'Method Not Allowed',
        `The requested method ${message.method} is not allowed for this URL.`,
      );
    else {
      const type = types[found.path.slice(found.path.lastIndexOf('.') + 1)];
      if (type) response.setHeader('Content-Type', type);
      body = found.content;
      if (found.mtimeMs !== undefined) {
        response.setHeader('Last-Modified', new Date(found.mtimeMs).toUTCString());
        const tag = Math.floor(found.mtimeMs * 1000).toString(16);
        response.setHeader('ETag', `"${body.length.toString(16)}-${tag}"`);
        response.setHeader('Accept-Ranges', 'bytes');
        body = rangeOf(message, response, body);
      }
    }
  } catch (error) {
    if (!(error instanceof FileError) && !(error instanceof URIError)) throw error;
    body =
      error instanceof URIError
        ? page(400, 'Bad Request', 'Your browser sent a request that this server could not understand.')
        : error.code === 'EACCES'
          ? page(403, 'Forbidden', "You don't have permission to access this resource.")
          : page(404, 'Not Found', 'The requested URL was not found on this server.');
  }
  response.setHeader('Content-Length', body.length);
  response.end(message.method === 'HEAD' ? undefined : body);
  const host = config.serverName ?? message.headers.host ?? '';
  logs.answered({ message, response, client: client.address, bytes: body.length, host });
}

/** The part of a body that a request asks for, with its head; all of it when there is no such part. */
function rangeOf(message: IncomingMessage, response: ServerResponse, body: Uint8Array): Uint8Array {
  const range = byteRange(message.headers.range, body.length);
  if (!range) return body;
  if (range === 'unsatisfiable') {
    response.statusCode = 416;
    response.setHeader('Content-Range', `bytes */${body.length}`);
    return new Uint8Array();
  }
  const [first, last] = range;
  response.statusCode = 206;
  response.setHeader('Content-Range', `bytes ${first}-${last}/${body.length}`);
  return body.subarray(first, last + 1);
}

/** Throws URIError. */
function pathOf(encoded: string): string {
  return toBytes(decodeURIComponent(encoded));
}

/** Throws FileError for what is not there or must not be read. */
function find(
  process: Process,
  config: HttpdConfig,
  name: string,
): { path: string; content: Uint8Array; isFolder?: boolean; mtimeMs?: number } {
  const path = `${config.documentRoot}${name}`;
  if (name.split('/').includes('..')) throw new FileError('ENOENT', path);
  if (ruleFor(config.granted, path.replace(/\/$/, '')) === false) throw new FileError('EACCES', path);
  const file = (at: string) => ({
    path: at,
    content: process.files.readFile(at),
    mtimeMs: process.files.stat(at).mtimeMs,
  });
  if (process.files.stat(path).type !== 'directory') return file(path);
  if (!name.endsWith('/')) return { path, content: new Uint8Array(), isFolder: true };
  const index = config.indexes.map((each) => `${path}${each}`).find((each) => process.files.exists(each));
  if (index !== undefined) return file(index);
  if (!ruleFor(config.listed, path.replace(/\/$/, ''))) throw new FileError('EACCES', path);
  const rows = process.files.list(path).map((each) => `<li><a href="${each}"> ${each}</a></li>\n`);
  const list = `<!DOCTYPE HTML PUBLIC "-//W3C//DTD HTML 3.2 Final//EN">\n<html>\n <head>\n  <title>Index of ${name}</title>\n </head>\n <body>\n<h1>Index of ${name}</h1>\n<ul>${rows.join('')}</ul>\n</body></html>\n`;
  return { path: 'index.html', content: Buffer.from(list, 'latin1') };
}

/** The httpd image, on Debian or Alpine as the tag says. */
export function httpdImage(applets: readonly string[]): Image {
  return {
    name: 'httpd',
    repositories: ['library/httpd'],
    hasTag: (tag) =>
      /^(latest|2|2\.4|2\.4\.\d+|bookworm|trixie|alpine)?(-?(alpine(3\.\d+)?|bookworm|trixie))?$/.test(tag),
    sizeBytes: 45_000_000,
    config: () => ({
      entrypoint: [],
      cmd: ['httpd-foreground'],
      env: {
        PATH: `/usr/local/apache2/bin:${defaultPath}`,
        HTTPD_PREFIX: '/usr/local/apache2',
        HTTPD_VERSION: version,
      },
      workingDir: '/usr/local/apache2',
      user: '',
      stopSignal: 'WINCH',
    }),
    build: (root, tag) => {
      if (tag.includes('alpine')) buildAlpine(root, applets, '3.22.2');
      else buildDebian(root, applets);
      root.write('/usr/local/apache2/bin/httpd', nativeExecutable('httpd'), { mode: 0o755 });
      root.write(
        '/usr/local/apache2/bin/httpd-foreground',
        '#!/bin/sh\nset -e\nexec httpd -DFOREGROUND "$@"\n',
        {
          mode: 0o755,
        },
      );
      root.write(configPath, defaultHttpdConfig);
      root.write('/usr/local/apache2/htdocs/index.html', '<html><body><h1>It works!</h1></body></html>\n');
      root.mkdir('/usr/local/apache2/logs');
    },
    programs: { httpd, apk: packageRefusal('apk'), apt: packageRefusal('apt') },
  };
}
