import { resolve } from 'node:path';
import { type SettingName, settings } from '../core/config/settings';
import { PodlabError } from '../core/errors';

/** Options of `podlab serve`, each with the setting that it stands for. */
export const serveOptions = {
  port: 'PODLAB_PORT',
  host: 'PODLAB_HOST',
  data: 'PODLAB_DATA',
  cluster: 'PODLAB_CLUSTER',
} as const satisfies Record<string, SettingName>;

type Given = Partial<Record<string, string | boolean>>;

/** The environment variables that the options stand for. Throws PodlabError `usage` naming the option that is wrong. */
export function serveSettings(given: Given): Partial<Record<SettingName, string>> {
  const set: Partial<Record<SettingName, string>> = {};
  for (const [option, name] of Object.entries(serveOptions)) {
    const value = given[option];
    if (typeof value !== 'string') continue;
    const { schema, expected } = settings[name];
    if (value.trim() === '' || !schema.safeParse(value).success)
      throw new PodlabError(
        'usage',
        `--${option} is "${value}", not ${expected}.`,
        'See `podlab help serve`.',
      );
    // Paths on a command line start where it was typed.
    set[name] = name === 'PODLAB_DATA' ? resolve(value) : value;
  }
  return set;
}
