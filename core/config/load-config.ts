import { isAbsolute, join, resolve } from 'node:path';
import { distance } from '../content/nearest';
import { PodlabError } from '../errors';
import { type Setting, type SettingValues, settings } from './settings';

/** Everything the operator can decide, checked. Made once at start; printed by `podlab doctor`. */
export interface Config {
  host: string;
  port: number;
  /** Whether `host` is this machine alone: then there is one learner, who is also the operator. */
  loopback: boolean;
  /** Whether other people can get in: by the host, or through a proxy in front of it. */
  shared: boolean;
  /** Origin such as `https://podlab.school.example`. */
  publicUrl: string | undefined;
  /** Absolute. */
  dataFolder: string;
  /** `file:/absolute/path` or `postgresql://…`. */
  databaseUrl: string;
  cluster: SettingValues['PODLAB_CLUSTER'];
  /** Absolute. Set whenever `cluster` is `kubeconfig`. */
  kubeconfig: string | undefined;
  kind: {
    cluster: string;
    image: string | undefined;
    configFile: string | undefined;
    /** KIND_EXPERIMENTAL_PROVIDER: kind’s own variable, for Podman and others in Docker’s place. */
    engine: string | undefined;
  };
  kubectl: string | undefined;
  sandbox: SettingValues['PODLAB_SANDBOX'];
  shells: { perSession: number; idleMs: number; abandonedMs: number };
  /** Most that are open at once, and how long one is kept that nobody uses. */
  sessions: { most: number; idleMs: number };
  /** Sentences about variables that look like settings and are none. */
  warnings: string[];
}

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Reads the configuration from environment variables; an empty one counts as unset. Relative paths start at `folder`.
 * Throws PodlabError `config-invalid` that names every variable that is wrong, its value, and what would be right.
 */
export function loadConfig(env: Environment, folder = process.cwd()): Config {
  const { values, problems } = readAll(env);
  const at = (path: string) => (isAbsolute(path) ? path : resolve(folder, path));
  const optionally = (path: string | undefined) => (path === undefined ? undefined : at(path));
  const loopback = isLoopback(values.PODLAB_HOST);
  if (values.PODLAB_CLUSTER === 'kubeconfig' && !values.PODLAB_KUBECONFIG)
    problems.push({
      message: 'PODLAB_CLUSTER is "kubeconfig", but PODLAB_KUBECONFIG is not set.',
      remedy: 'Set PODLAB_KUBECONFIG to the path of a kubeconfig file.',
    });
  const behindProxy = values.PODLAB_PUBLIC_URL && !isLoopback(new URL(values.PODLAB_PUBLIC_URL).hostname);
  const shared = !loopback || Boolean(behindProxy);
  if (shared && values.PODLAB_SANDBOX === 'none')
    problems.push(sharedWithoutSandbox(loopback ? `${values.PODLAB_PUBLIC_URL}` : values.PODLAB_HOST));
  if (problems.length > 0)
    throw new PodlabError(
      'config-invalid',
      problems.map((problem) => problem.message).join(' '),
      problems.map((problem) => problem.remedy).join(' '),
    );

  const dataFolder = at(values.PODLAB_DATA ?? '.podlab');
  const minutes = (count: number) => count * 60_000;
  return {
    host: values.PODLAB_HOST,
    port: values.PODLAB_PORT,
    loopback,
    shared,
    publicUrl: values.PODLAB_PUBLIC_URL && new URL(values.PODLAB_PUBLIC_URL).origin,
    dataFolder,
    databaseUrl: databaseUrl(values.DATABASE_URL, dataFolder, at),
    cluster: values.PODLAB_CLUSTER,
    kubeconfig: optionally(values.PODLAB_KUBECONFIG),
    kind: {
      cluster: values.PODLAB_KIND_CLUSTER,
      image: values.PODLAB_KIND_IMAGE,
      configFile: optionally(values.PODLAB_KIND_CONFIG),
      engine: env['KIND_EXPERIMENTAL_PROVIDER'],
    },
    kubectl: optionally(values.PODLAB_KUBECTL),
    sandbox: values.PODLAB_SANDBOX,
    shells: {
      perSession: values.PODLAB_SHELLS_PER_SESSION,
      idleMs: minutes(values.PODLAB_SHELL_IDLE_MINUTES),
      abandonedMs: minutes(values.PODLAB_SHELL_ABANDONED_MINUTES),
    },
    sessions: {
      most: values.PODLAB_SESSIONS,
      idleMs: minutes(values.PODLAB_SESSION_IDLE_MINUTES),
    },
    warnings: unknownSettings(env),
  };
}

interface Problem {
  message: string;
  remedy: string;
}

/** Why other people's shells are not run without a sandbox, and what to do. */
export function sharedWithoutSandbox(place: string, reason = 'PODLAB_SANDBOX is "none"'): Problem {
  return {
    message: `Podlab is to be reached at "${place}", so other people could open shells on this machine, and ${reason}: every learner could read the others’ work and this machine’s files.`,
    remedy:
      'Install bubblewrap and leave PODLAB_SANDBOX unset, or serve this machine alone: PODLAB_HOST 127.0.0.1, and no PODLAB_PUBLIC_URL.',
  };
}

export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || host === '[::1]' || /^127(\.\d{1,3}){3}$/.test(host);
}

function readAll(env: Environment): { values: SettingValues; problems: Problem[] } {
  const problems: Problem[] = [];
  const read = (name: string, setting: Setting<unknown>) => {
    const given = env[name]?.trim() || undefined;
    const result = setting.schema.safeParse(given);
    if (result.success) return result.data;
    const shown = given && setting.shown ? setting.shown(given) : given;
    problems.push({
      message: `${name} is "${shown}", which is not ${setting.expected}.`,
      remedy: `Set ${name} to ${setting.expected}, or unset it (default: ${setting.default.replaceAll('`', '')}).`,
    });
    return setting.schema.parse(undefined);
  };
  const entries = Object.entries(settings).map(([name, setting]) => [name, read(name, setting)]);
  return { values: Object.fromEntries(entries) as SettingValues, problems };
}

function databaseUrl(url: string | undefined, dataFolder: string, at: (path: string) => string): string {
  if (!url) return `file:${join(dataFolder, 'podlab.db')}`;
  const file = /^file:(?:\/\/(?=\/))?(.+)$/.exec(url)?.[1];
  return file ? `file:${at(file)}` : url;
}

function unknownSettings(env: Environment): string[] {
  const names = Object.keys(settings);
  return Object.keys(env)
    .filter((name) => name.startsWith('PODLAB_') && !names.includes(name))
    .map((name) => {
      const near = names.find((known) => distance(name, known) <= 2);
      return `${name} is not a setting of Podlab${near ? `; did you mean ${near}?` : '.'}`;
    });
}
