import type { IncomingMessage } from 'node:http';
import { decode } from '../../files/byte-string';
import { FileError } from '../../files/file-system';
import { NetworkError } from '../../network/namespace';
import type { Process } from '../../runtime/process';
import { parseFlags } from '../agnhost/flags';
import { bodyOf, type Exchange, serveHttp, untilTerminated } from '../http/serve';

const flagNames =
  'host port level config-path ui-logo ui-color ui-message data-path ui-path http-client-timeout http-server-timeout server-shutdown-timeout'.split(
    ' ',
  );
const switches = ['unhealthy', 'unready', 'version'];

interface Podinfo {
  version: string;
  process: Process;
  /** A flag, else its variable PODINFO_…, else what it is by default. */
  setting(name: string, otherwise: string): string;
  healthy: boolean;
  ready: boolean;
}

/** stefanprodan/podinfo: tells of its Pod, and is as healthy and ready as it is told to be. */
export async function podinfo(process: Process, version: string): Promise<number> {
  const flags = parseFlags(process.argv.slice(1), flagNames, switches);
  if (typeof flags === 'string') {
    await process.write(2, `Error: ${flags}\n\nThe embedded cluster knows these: ${flagNames.join(', ')}.\n`);
    return 2;
  }
  if (flags.has('version')) {
    await process.write(1, `${version}\n`);
    return 0;
  }
  const setting = (name: string, otherwise: string) =>
    flags.text(name) || (process.env.get(`PODINFO_${name.toUpperCase().replaceAll('-', '_')}`) ?? otherwise);
  const state: Podinfo = {
    ...{ version, process, setting },
    healthy: setting('unhealthy', 'false') !== 'true',
    ready: setting('unready', 'false') !== 'true',
  };
  const port = Number(setting('port', '9898')) || 9898;
  const log = (message: string, more: Record<string, unknown> = {}) => {
    const ts = new Date(process.clock.now()).toISOString();
    return process.write(1, `${JSON.stringify({ level: 'info', ts, msg: message, ...more })}\n`);
  };
  await log('Starting podinfo', { version, revision: 'unknown', port: String(port) });
  try {
    serveHttp(process, port, (exchange) => answer(state, exchange));
  } catch (error) {
    if (!(error instanceof NetworkError)) throw error;
    await log(`HTTP server crashed: listen tcp :${port}: bind: ${error.message.toLowerCase()}`);
    return 255;
  }
  await log('Starting HTTP Server.', { addr: `:${port}` });
  return untilTerminated(process, async () => {
    await log('Shutting down HTTP server', { timeout: 5 });
    return 0;
  });
}

async function answer(state: Podinfo, { message, response, url }: Exchange): Promise<void> {
  const { process, version } = state;
  const path = url.pathname;
  const json = (value: unknown, code = 200) => {
    response.statusCode = code;
    response.setHeader('Content-Type', 'application/json; charset=utf-8');
    response.setHeader('X-Content-Type-Options', 'nosniff');
    response.end(JSON.stringify(value, null, 2));
  };
  const only = (code: number) => {
    response.statusCode = code;
    response.end();
  };
  const post = message.method === 'POST';
  const [, what, number = ''] = /^\/(status|delay)\/(\d{1,6})$/.exec(path) ?? [];
  if (what === 'status') return json({ status: Number(number) }, statusOf(number));
  if (what === 'delay') {
    await process.clock.sleep(Number(number) * 1_000);
    return json({ delay: Number(number) });
  }
  switch (path) {
    case '/':
    case '/api/info':
      return json(runtimeOf(state));
    case '/version':
      return json({ commit: 'unknown', version });
    case '/healthz':
      return state.healthy ? json({ status: 'OK' }) : only(503);
    case '/readyz':
      return state.ready ? json({ status: 'OK' }) : only(503);
    case '/readyz/enable':
    case '/readyz/disable':
      if (!post) return only(405);
      state.ready = path.endsWith('enable');
      return only(202);
    case '/env':
      return json([...process.env].map(([name, value]) => `${name}=${value}`));
    case '/headers':
      return json(headersOf(message, version));
    case '/echo':
    case '/api/echo':
      response.statusCode = 202;
      response.end(await bodyOf(message), 'latin1');
      return;
    case '/configs':
      return json(configsOf(state));
    case '/panic':
      process.end({ code: 255 });
      return;
    default: {
      const known = /^\/(metrics|debug|store|cache|token|ws|chunked|swagger|fault_injection)\b/.test(path);
      response.statusCode = known ? 501 : 404;
      response.end(
        known
          ? `The embedded cluster does not simulate ${path} of podinfo; use a kind cluster for that.\n`
          : '404 page not found\n',
      );
    }
  }
}

/** As Go keeps them: names in its case, and in order. */
function headersOf({ rawHeaders }: IncomingMessage, version: string): Record<string, string[]> {
  const headers: Record<string, string[]> = { 'X-Api-Revision': ['unknown'], 'X-Api-Version': [version] };
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const [name = '', value = ''] = rawHeaders.slice(index, index + 2);
    const canonical = name.toLowerCase().replace(/(^|-)[a-z]/g, (start) => start.toUpperCase());
    if (canonical !== 'Host') headers[canonical] = [...(headers[canonical] ?? []), value];
  }
  return Object.fromEntries(Object.entries(headers).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** What Node sends: others are an error of the server's, as in Go. */
function statusOf(text: string): number {
  const code = Number(text);
  return code >= 100 && code <= 999 ? code : 500;
}

function runtimeOf({ process, version, setting }: Podinfo): Record<string, string> {
  return {
    hostname: process.system.hostname,
    version,
    revision: 'unknown',
    color: setting('ui-color', '#34577c'),
    logo: setting(
      'ui-logo',
      'https://raw.githubusercontent.com/stefanprodan/podinfo/gh-pages/cuddle_clap.gif',
    ),
    message: setting('ui-message', `greetings from podinfo v${version}`),
    goos: 'linux',
    goarch: process.system.machine.architecture === 'aarch64' ? 'arm64' : 'amd64',
    runtime: 'go1.25.3',
    num_goroutine: '8',
    num_cpu: String(process.system.machine.cpus),
  };
}

/** The files of --config-path, by name, as they are now. */
function configsOf({ process, setting }: Podinfo): Record<string, string> {
  const folder = setting('config-path', '');
  if (folder === '') return {};
  try {
    const names = process.files.list(folder).filter((name) => !name.startsWith('.'));
    return Object.fromEntries(
      names
        .filter((name) => process.files.tryStat(`${folder}/${name}`)?.type === 'file')
        .map((name) => [name, decode(process.files.readFile(`${folder}/${name}`))]),
    );
  } catch (error) {
    if (error instanceof FileError) return {};
    throw error;
  }
}
