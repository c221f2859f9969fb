import { NetworkError } from '../../network/namespace';
import type { Process } from '../../runtime/process';
import { addressOf } from '../../shell/utilities/network-names';
import { inBackground, serveHttp, untilTerminated } from '../http/serve';
import type { Flags } from './flags';
import { goJson } from './go-json';
import { getText } from './http-client';
import { klog } from './klog';

/** How long a replica tries to find its primary. */
const registrationMs = 15_000;

/** `agnhost guestbook`: a store with replicas, and the page in front of it (--replicaof, --http-port, --backend-port). */
export async function guestbook(process: Process, flags: Flags): Promise<number> {
  const httpPort = flags.number('http-port', 80);
  const backendPort = flags.number('backend-port', 6379);
  const replicaOf = flags.text('replicaof');
  const replicas: string[] = [];
  const store = new Map<string, string>();
  const log = (line: string) => klog(process, line);

  const set = async (key: string, value: string): Promise<Answer> => {
    store.set(key, value);
    for (const replica of replicas) {
      try {
        await getText(process, replica, backendPort, path('set', key, value));
      } catch (error) {
        if (!(error instanceof NetworkError)) throw error;
        return [
          417,
          `encountered error while propagating to replica '${replica}': ${error.message.toLowerCase()}\n`,
        ];
      }
    }
    return [200, goJson({ message: 'Updated' })];
  };
  const forward = async (command: string, key: string, value: string): Promise<Answer> => {
    if (command !== 'get' && command !== 'set') return [400, `unsupported cmd: '${command}'\n`];
    if (command === 'set' && key === '') return [400, 'cannot set with empty key.\n'];
    const host = command === 'get' ? 'agnhost-replica' : 'agnhost-primary';
    const address = await addressOf(process, host);
    if (address === undefined)
      return [400, `host and/or port param are invalid. lookup ${host}: no such host\n`];
    try {
      return [200, await getText(process, address, backendPort, path(command, key, value))];
    } catch (error) {
      if (!(error instanceof NetworkError)) throw error;
      return [417, `encountered error: ${error.message.toLowerCase()}\n`];
    }
  };
  serveHttp(process, httpPort, async ({ response, url }) => {
    const text = (name: string) => url.searchParams.get(name) ?? '';
    const [key, value] = [text('key'), text('value')];
    const answers: Record<string, () => Promise<Answer> | Answer> = {
      '/register': async () => {
        await log(`GET /register?host=${text('host')}`);
        replicas.push(text('host'));
        await log(`Node '${text('host')}' registered.`);
        return [200, goJson({ data: Object.fromEntries(store) })];
      },
      '/get': async () => {
        await log(`GET /get?key=${key}`);
        return [200, goJson({ data: key === '' ? Object.fromEntries(store) : (store.get(key) ?? '') })];
      },
      '/set': async () => {
        await log(`GET /set?key=${key}&value=${value}`);
        return key === '' ? [400, 'cannot set with empty key.\n'] : set(key, value);
      },
      '/guestbook': async () => {
        const command = text('cmd').toLowerCase();
        await log(`GET /guestbook?cmd=${command}&key=${key}&value=${value}`);
        return forward(command, key, value);
      },
    };
    const answer = Object.hasOwn(answers, url.pathname) ? answers[url.pathname] : undefined;
    const [status, body] = (await answer?.()) ?? [404, '404 page not found\n'];
    response.statusCode = status;
    response.setHeader('Content-Type', 'text/plain; charset=utf-8');
    response.end(body);
  });
  const ends = untilTerminated(process, () => 2);
  if (replicaOf === '') return ends;
  const registered = register(process, replicaOf, backendPort, store);
  inBackground(
    process,
    registered.then((done) => {
      if (!done) process.end({ code: 255 });
    }),
  );
  return ends;
}

type Answer = [status: number, body: string];

function path(command: string, key: string, value: string): string {
  return `${command}?key=${encodeURIComponent(key)}&value=${encodeURIComponent(value)}`;
}

/** Tells the primary where this replica is, and takes over what it holds; false when it was not to be found in time. */
async function register(
  process: Process,
  primary: string,
  port: number,
  store: Map<string, string>,
): Promise<boolean> {
  const until = process.clock.now() + registrationMs;
  const own = process.network.address;
  while (process.clock.now() < until) {
    const address = await addressOf(process, primary);
    try {
      if (address === undefined) throw new NetworkError('ENOTFOUND');
      await klog(process, `Registering to primary: ${primary}:${port}/register?host=${own}`);
      const { data } = JSON.parse(await getText(process, address, port, `register?host=${own}`)) as {
        data: Record<string, string>;
      };
      for (const [key, value] of Object.entries(data)) store.set(key, value);
      await klog(process, `Registered to node: ${primary}`);
      return true;
    } catch (error) {
      if (!(error instanceof NetworkError)) throw error;
      await klog(
        process,
        `encountered error while registering to primary: ${error.message.toLowerCase()}. Retrying in 1s.`,
      );
      await process.sleep(1_000);
    }
  }
  await klog(process, 'Timed out while registering to primary.');
  return false;
}
