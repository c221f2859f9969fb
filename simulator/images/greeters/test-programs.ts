import { nativeExecutable } from '../../files/volume-tree';
import { NetworkError } from '../../network/namespace';
import type { Process, Program } from '../../runtime/process';
import { liveness, serveHostname, testWebserver } from '../agnhost/commands';
import { type Flags, parseFlags } from '../agnhost/flags';
import { defaultPath, type Image } from '../image';
import { textServer } from './serve-text';

/** A program of agnhost as the image that it was before. */
function early(
  name: string,
  path: string,
  tag: RegExp,
  run: (process: Process, flags: Flags) => Promise<number>,
  known: string[] = [],
): Image {
  const program: Program = async (process) => {
    const flags = parseFlags(process.argv.slice(1), known, ['tcp', 'http', 'close']);
    try {
      if (typeof flags !== 'string') return await run(process, flags);
      await process.write(2, `${flags}\n`);
    } catch (error) {
      if (!(error instanceof NetworkError)) throw error;
      await process.write(2, `listen tcp: bind: ${error.message.toLowerCase()}\n`);
    }
    return 1;
  };
  return {
    name,
    repositories: [],
    hasTag: (each) => tag.test(each),
    sizeBytes: 4_700_000,
    config: () => ({ entrypoint: [], cmd: [path], env: { PATH: defaultPath }, workingDir: '/', user: '' }),
    build: (root) => {
      for (const folder of ['/dev', '/etc', '/proc', '/sys', '/tmp']) root.mkdir(folder);
      root.write(path, nativeExecutable(`early-${name}`), { mode: 0o755 });
    },
    programs: { [`early-${name}`]: program },
  };
}

/** registry.k8s.io/goproxy: listens; what it would fetch for others is not simulated. */
function proxyImage(): Image {
  const proxy = textServer({
    port: () => 8080,
    answer: (_process, { message, response }) => {
      const forOthers = message.url?.startsWith('/') === false;
      response.statusCode = forOthers ? 501 : 500;
      response.setHeader('Content-Type', 'text/plain; charset=utf-8');
      response.end(
        forOthers
          ? 'The embedded cluster does not simulate HTTP proxies; use a kind cluster for that.\n'
          : 'This is a proxy server. Does not respond to non-proxy requests.\n',
      );
    },
  });
  return {
    ...early('goproxy', '/goproxy', /^(latest|0\.1)$/, async () => 1),
    programs: { 'early-goproxy': proxy },
  };
}

/** Programs of Kubernetes' older examples. */
export function testProgramImages(): Image[] {
  return [
    early('liveness', '/server', /^(latest|1\.[01])$/, (process) => liveness(process)),
    early('serve_hostname', '/serve_hostname', /^(latest|v?1\.[1-5])$/, serveHostname, ['port']),
    proxyImage(),
    early('test-webserver', '/test-webserver', /^(latest|e2e|1\.0)$/, testWebserver, ['port']),
  ];
}
