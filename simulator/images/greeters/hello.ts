import { nativeExecutable } from '../../files/volume-tree';
import type { Program } from '../../runtime/process';
import { defaultPath, type Image } from '../image';
import { goLogTime } from '../small/go-log';
import { nodeImage } from './node-image';
import { textServer } from './serve-text';

/** google-samples/hello-app: its version and its host, on $PORT. */
const helloApp = (version: string): Program =>
  textServer({
    port: (process) => Number(process.env.get('PORT') ?? 8080),
    started: (process, port) => process.write(2, `${goLogTime(process)} Server listening on port ${port}\n`),
    answer: async (process, { response, url }) => {
      await process.write(2, `${goLogTime(process)} Serving request: ${url.pathname}\n`);
      response.setHeader('Content-Type', 'text/plain; charset=utf-8');
      response.end(`Hello, world!\nVersion: ${version}\nHostname: ${process.system.hostname}\n`, 'latin1');
    },
  });

/** google-samples/hello-go-gke: a message as JSON. */
const helloGo: Program = textServer({
  port: () => 80,
  answer: (_process, { response }) => {
    response.setHeader('Content-Type', 'application/json');
    response.end('{"message":"Hello"}\n');
  },
});

/** google-samples/node-hello */
const nodeHello: Program = textServer({
  port: () => 8080,
  exitCode: 'ignores',
  answer: async (process, { message, response }) => {
    await process.write(1, `Received request for URL: ${message.url}\n`);
    response.end('Hello Kubernetes!');
  },
});

/** dgkanatsios/simpleapp, of exercises in Services: which Pod has answered whom. */
const simpleApp: Program = textServer({
  port: () => 8080,
  exitCode: 'ignores',
  started: (process, port) => process.write(1, `Running on http://0.0.0.0:${port}\n`),
  answer: async (process, { message, response, client, url }) => {
    if (url.pathname !== '/') {
      response.statusCode = 404;
      response.setHeader('Content-Type', 'text/html; charset=utf-8');
      response.end(`Cannot ${message.method} ${url.pathname}\n`);
      return;
    }
    const forwarded = message.headers['x-forwarded-for'];
    const last = (Array.isArray(forwarded) ? forwarded.join() : forwarded)?.split(',').at(-1);
    await process.write(
      1,
      `IP: ${last ?? client.address} on ${new Date(process.clock.now()).toISOString()}\n`,
    );
    response.setHeader('Content-Type', 'text/html; charset=utf-8');
    response.end(`Hello world from ${process.system.hostname}\n`, 'latin1');
  },
});

/** bmuschko/nodejs-hello-world, of exercises in probes. */
const nodejsHelloWorld: Program = textServer({
  port: () => 3000,
  exitCode: 'ignores',
  started: (process, port) => process.write(1, `Magic happens on port ${port}\n`),
  answer: (_process, { response }) => {
    response.setHeader('Content-Type', 'text/plain');
    response.end('Hello World\n');
  },
});

/** paulbouwer/hello-kubernetes: a page with a message, and who has answered. */
const helloKubernetes: Program = textServer({
  port: ({ env }) => Number(env.get('PORT')) || 8080,
  exitCode: 'ignores',
  started: (process, port) => process.write(1, `Listening on: http://${process.system.hostname}:${port}\n`),
  answer: (process, { response }) => {
    const { env, system } = process;
    const rows: [string, string][] = [
      ['namespace', env.get('KUBERNETES_NAMESPACE') ?? '-'],
      ['pod', env.get('KUBERNETES_POD_NAME') ?? system.hostname],
      ['node', `${env.get('KUBERNETES_NODE_NAME') ?? '-'} (Linux ${system.machine.kernelRelease})`],
    ];
    const safe = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
    const cells = rows.map(([name, value]) => `    <tr><th>${name}:</th><td>${safe(value)}</td></tr>\n`);
    const message = safe(env.get('MESSAGE') ?? 'Hello world!');
    response.setHeader('Content-Type', 'text/html; charset=utf-8');
    response.end(
      `<!DOCTYPE html>\n<html>\n<head>\n  <title>Hello Kubernetes!</title>\n</head>\n<body>\n<div class="main">\n  <div id="message">${message}</div>\n  <table>\n${cells.join('')}  </table>\n</div>\n</body>\n</html>\n`,
      'latin1',
    );
  },
});

/** google-samples/kubernetes-bootcamp: counts its requests in its log. */
const bootcamp = (version: string): Program => {
  const counts = new WeakMap<object, { total: number; startedAt: number }>();
  return textServer({
    port: () => 8080,
    exitCode: 'ignores',
    started: async (process) => {
      const startedAt = process.clock.now();
      counts.set(process, { total: 0, startedAt });
      await process.write(
        1,
        `Kubernetes Bootcamp App Started At: ${new Date(startedAt).toISOString()} | Running On:  ${process.system.hostname} \n\n`,
      );
    },
    answer: async (process, { response }) => {
      const count = counts.get(process);
      const now = process.clock.now();
      if (count) count.total++;
      response.setHeader('Content-Type', 'text/plain');
      response.end(
        `Hello Kubernetes bootcamp! | Running on: ${process.system.hostname} | v=${version}\n`,
        'latin1',
      );
      await process.write(
        1,
        `Running On: ${process.system.hostname} | Total Requests: ${count?.total} | App Uptime: ${(now - (count?.startedAt ?? now)) / 1_000} seconds | Log Time: ${new Date(now).toISOString()}\n`,
      );
    },
  });
};

/** An image with one static binary and no shell. */
function staticImage(name: string, program: Program, tag: RegExp, repositories: string[] = []): Image {
  return {
    name,
    repositories,
    hasTag: (each) => tag.test(each),
    sizeBytes: 5_000_000,
    config: () => ({
      entrypoint: [],
      cmd: [`/${name}`],
      env: { PATH: defaultPath },
      workingDir: '/',
      user: '',
    }),
    build: (root) => {
      for (const folder of ['/dev', '/etc', '/proc', '/sys', '/tmp']) root.mkdir(folder);
      root.write(`/${name}`, nativeExecutable(name), { mode: 0o755 });
    },
    programs: { [name]: program },
  };
}

export function greeterImages(applets: readonly string[]): Image[] {
  const helloImage: Image = {
    ...staticImage('hello-app', helloApp('1.0.0'), /^[12]\.0$/),
    build: (root, tag) => {
      for (const folder of ['/dev', '/etc', '/proc', '/sys', '/tmp']) root.mkdir(folder);
      root.write('/hello-app', nativeExecutable(`hello-app-${tag}`), { mode: 0o755 });
    },
    programs: { 'hello-app-1.0': helloApp('1.0.0'), 'hello-app-2.0': helloApp('2.0.0') },
  };
  return [
    helloImage,
    staticImage('hello-go-gke', helloGo, /^1\.0$/),
    nodeImage('node-hello', { servers: { '1.0': nodeHello } }, applets),
    nodeImage(
      'kubernetes-bootcamp',
      {
        servers: { v1: bootcamp('1'), v2: bootcamp('2') },
        repositories: ['jocatalin/kubernetes-bootcamp'],
      },
      applets,
    ),
    nodeImage(
      'hello-kubernetes',
      {
        servers: Object.fromEntries(
          ['latest', '1.5', '1.6', '1.7', '1.8', '1.9', '1.10', '1.10.0', '1.10.1'].map((tag) => [
            tag,
            helloKubernetes,
          ]),
        ),
        repositories: ['paulbouwer/hello-kubernetes'],
        folder: '/usr/src/app',
      },
      applets,
    ),
    nodeImage(
      'simpleapp',
      {
        servers: { latest: simpleApp },
        repositories: ['dgkanatsios/simpleapp'],
        folder: '/usr/src/app',
      },
      applets,
    ),
    nodeImage(
      'nodejs-hello-world',
      {
        servers: { '1.0.0': nodejsHelloWorld },
        repositories: ['bmuschko/nodejs-hello-world'],
        folder: '/usr/src/app',
        script: 'index.js',
      },
      applets,
    ),
  ];
}
