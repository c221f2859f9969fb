import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { PodlabError } from '../core/errors';
import { findKubectl } from './find-kubectl';
import { project } from './project';
import { serveSettings } from './serve-settings';

/**
 * Starts the built server in this process; it ends with its signals. Options stand for settings, and win. Throws PodlabError
 * `usage`, `not-built`; what the server cannot start with it says itself, and ends with 1.
 */
export async function serve(given: Parameters<typeof serveSettings>[0]): Promise<number> {
  const { env } = process;
  Object.assign(env, serveSettings(given));
  for (const built of ['dist/server.js', '.next/BUILD_ID'])
    if (!existsSync(join(project, built)))
      throw new PodlabError(
        'not-built',
        `Podlab is not built: there is no ${join(project, built)}.`,
        `Run \`npm start\` in ${project}: it builds what is missing, and serves Podlab.`,
      );
  if (!env.PODLAB_KUBECTL) {
    const kubectl = await findKubectl(undefined);
    if ('program' in kubectl && kubectl.program !== 'kubectl') env.PODLAB_KUBECTL = kubectl.program;
    else if ('problem' in kubectl)
      process.stderr.write(
        `podlab: learners need kubectl 1.30 or later, but ${kubectl.problem}.\nRun \`npm start\` once: it finds or fetches one.\n`,
      );
  }
  if (!env.NODE_ENV) Object.assign(env, { NODE_ENV: 'production' });
  env.NEXT_TELEMETRY_DISABLED ??= '1';
  process.setSourceMapsEnabled(true);
  await import(pathToFileURL(join(project, 'dist/server.js')).href);
  return 0;
}
