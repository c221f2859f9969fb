import { createServer } from 'node:http';
import type { Answering } from './create-web-server';

/** Next's pages. In production they must have been built. */
export async function startNext(
  project: string,
  development: boolean,
  host: string,
  port: number,
): Promise<Pick<Answering, 'pages' | 'developmentUpgrade'> & { close(): Promise<void> }> {
  const { default: next } = await import('next');
  const app = next({
    dev: development,
    dir: project,
    customServer: true,
    hostname: host,
    port,
    // Next would listen for upgrades of its own; this server never listens, and ours decides who gets them.
    httpServer: createServer(),
  });
  await app.prepare();
  const handle = app.getRequestHandler();
  return {
    pages: (request, response) => handle(request, response),
    developmentUpgrade: development ? app.getUpgradeHandler() : undefined,
    close: () => app.close(),
  };
}
