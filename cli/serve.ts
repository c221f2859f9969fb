import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { PodlabError } from '../core/errors';
import { project } from './project';

/** Starts the built server in this process; it ends with its signals. */
export async function serve(_options: object): Promise<number> {
  const server = join(project, 'dist/server.js');
  if (!existsSync(server))
    throw new PodlabError(
      'not-built',
      `Podlab is not built: there is no ${server}.`,
      'Run `npm start` in the project’s folder.',
    );
  if (!process.env.NODE_ENV) Object.assign(process.env, { NODE_ENV: 'production' });
  await import(pathToFileURL(server).href);
  return 0;
}
