import { nativeExecutable } from '../../files/volume-tree';
import { NetworkError } from '../../network/namespace';
import type { Program } from '../../runtime/process';
import { parseFlags } from '../agnhost/flags';
import { serveHttp, untilTerminated } from '../http/serve';
import { defaultPath, type Image } from '../image';
import { goLogTime } from './go-log';

/** hashicorp/http-echo: says one text to everybody. */
const httpEcho: Program = async (process) => {
  const flags = parseFlags(process.argv.slice(1), ['text', 'listen', 'status-code'], ['version']);
  const say = async (text: string, code: number) => {
    await process.write(2, `${text}\n`);
    return code;
  };
  if (typeof flags === 'string') return say(flags, 2);
  if (flags.has('version')) return say('http-echo v1.0.0', 0);
  if (flags.operands.length > 0) return say('Too many arguments!', 127);
  const text = flags.text('text', process.env.get('ECHO_TEXT') ?? '');
  if (text === '') return say('Missing -text option or ECHO_TEXT env var!', 127);
  const address = flags.text('listen', ':5678');
  const port = Number(address.slice(address.lastIndexOf(':') + 1));
  const status = flags.number('status-code', 200);
  try {
    serveHttp(process, port, async ({ message, response, url, client }) => {
      response.setHeader('X-App-Name', 'http-echo');
      response.setHeader('X-App-Version', '1.0.0');
      response.setHeader(
        'Content-Type',
        url.pathname === '/health' ? 'application/json' : 'text/plain; charset=utf-8',
      );
      const body = url.pathname === '/health' ? '{"status":"ok"}\n' : `${text}\n`;
      response.statusCode = url.pathname === '/health' ? 200 : status;
      response.end(body, 'latin1');
      await process.write(
        1,
        `${goLogTime(process)} ${message.headers.host ?? ''} ${client.address}:${client.port} "${message.method} ${message.url} HTTP/${message.httpVersion}" ${response.statusCode} ${body.length} "${message.headers['user-agent'] ?? ''}" 21.3\xc2\xb5s\n`,
      );
    });
  } catch (error) {
    if (!(error instanceof NetworkError)) throw error;
    return say(
      `${goLogTime(process)} [ERR] server exited with: listen tcp ${address}: bind: ${error.message.toLowerCase()}`,
      1,
    );
  }
  await process.write(2, `${goLogTime(process)} [INFO] server is listening on ${address}\n`);
  return untilTerminated(process, async () => {
    await process.write(2, `${goLogTime(process)} [INFO] received interrupt, shutting down...\n`);
    return 0;
  });
};

export function httpEchoImage(): Image {
  return {
    name: 'http-echo',
    repositories: ['hashicorp/http-echo'],
    hasTag: (tag) => /^(latest|1\.0(\.0)?|0\.2\.[0-3]|alpine)$/.test(tag),
    sizeBytes: 3_035_000,
    config: () => ({
      entrypoint: ['/http-echo'],
      cmd: [],
      env: { PATH: defaultPath, PRODUCT_VERSION: '1.0.0' },
      workingDir: '/',
      user: '65532',
    }),
    build: (root) => {
      for (const folder of ['/dev', '/etc', '/proc', '/sys', '/tmp']) root.mkdir(folder);
      root.write('/http-echo', nativeExecutable('http-echo'), { mode: 0o755 });
    },
    programs: { 'http-echo': httpEcho },
  };
}
