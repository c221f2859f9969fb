import { nativeExecutable } from '../../files/volume-tree';
import type { Program } from '../../runtime/process';
import { buildDebian } from '../base/debian-root';
import { defaultPath, type Image } from '../image';

interface NodeServers {
  /** By tag. */
  servers: Record<string, Program>;
  repositories?: string[];
  /** Where the script lies, and the command starts: `/`, unless something else is said. */
  folder?: string;
  script?: string;
}

/** An image of Node.js with one script: Debian, its shell, curl, and that server as its command. */
export function nodeImage(
  name: string,
  { servers, repositories = [], folder = '/', script = 'server.js' }: NodeServers,
  applets: readonly string[],
): Image {
  const path = folder === '/' ? `/${script}` : `${folder}/${script}`;
  return {
    name,
    repositories,
    hasTag: (tag) => Object.hasOwn(servers, tag),
    sizeBytes: 84_000_000,
    config: () => ({
      entrypoint: [],
      cmd: ['/bin/sh', '-c', `node ${script}`],
      env: { PATH: defaultPath, NPM_CONFIG_LOGLEVEL: 'info', NODE_VERSION: '6.3.1' },
      workingDir: folder,
      user: '',
    }),
    build: (root, tag) => {
      buildDebian(root, applets, { extra: ['curl', 'ps'] });
      root.write('/usr/local/bin/node', nativeExecutable(`${name}-${tag}`), { mode: 0o755 });
      for (let end = path.indexOf('/', 1); end > 0; end = path.indexOf('/', end + 1))
        if (!root.stat(path.slice(0, end))) root.mkdir(path.slice(0, end));
      root.write(
        path,
        '// The embedded cluster runs this server itself: an edit of the script has no effect.\n',
      );
    },
    programs: Object.fromEntries(
      Object.entries(servers).map(([tag, server]) => [`${name}-${tag}`, onlyServer(server, script, path)]),
    ),
  };
}

/** node, as far as it runs the server that the image brings. */
function onlyServer(server: Program, script: string, path: string): Program {
  return async (process) => {
    const [given] = process.argv.slice(1);
    if (given !== undefined && [script, `./${script}`, path].includes(given)) return server(process);
    await process.write(
      2,
      'node: The embedded cluster does not simulate Node.js; use a kind cluster for that.\n',
    );
    return 1;
  };
}
