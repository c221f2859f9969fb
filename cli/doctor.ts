import { access, constants, mkdir } from 'node:fs/promises';
import { connect } from 'node:net';
import { dirname } from 'node:path';
import { createProviders } from '../core/clusters/create-providers';
import { type Config, loadConfig } from '../core/config/load-config';
import { isPodlabError } from '../core/errors';
import { createLog } from '../core/log';
import { detectIsolation } from '../core/shells/detect-isolation';
import { findKubectl } from './find-kubectl';
import { project } from './project';

/** `needed`: without it no lab runs. */
type Finding = { name: string; detail: string } & (
  | { ok: true }
  | { ok: false; needed: boolean; remedy: string }
);

/** Prints what this machine has and what to do about what it lacks. */
export async function doctor(): Promise<number> {
  const config = readConfig();
  if (!('config' in config)) return print([config.finding]);
  const findings = await Promise.all([
    node(),
    kubectl(config.config),
    dataFolder(config.config),
    database(config.config),
    sandbox(config.config),
    clusters(config.config),
  ]);
  return print([configuration(config.config), ...findings.flat()]);
}

function print(findings: readonly Finding[]): number {
  for (const finding of findings) {
    const mark = finding.ok ? 'ok  ' : finding.needed ? 'FAIL' : 'note';
    process.stdout.write(`${mark}  ${finding.name}: ${finding.detail}\n`);
    if (!finding.ok && finding.remedy) process.stdout.write(`      ${finding.remedy}\n`);
  }
  return findings.some((finding) => !finding.ok && finding.needed) ? 1 : 0;
}

function readConfig(): { config: Config } | { finding: Finding } {
  try {
    return { config: loadConfig(process.env, project) };
  } catch (error) {
    if (!isPodlabError(error)) throw error;
    return {
      finding: {
        name: 'configuration',
        detail: error.message,
        ok: false,
        needed: true,
        remedy: error.remedy,
      },
    };
  }
}

function configuration({ host, port, dataFolder, cluster, warnings }: Config): Finding {
  const detail = `http://${host}:${port}, cluster ${cluster}, data in ${dataFolder}`;
  if (warnings.length === 0) return { name: 'configuration', detail, ok: true };
  return {
    name: 'configuration',
    detail: `${detail}. ${warnings.join(' ')}`,
    ok: false,
    needed: false,
    remedy: 'See docs/configuration.md.',
  };
}

function node(): Finding {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const ok = major > 20 || (major === 20 && minor >= 19);
  const detail = `v${process.versions.node}`;
  if (ok) return { name: 'Node.js', detail, ok };
  return {
    name: 'Node.js',
    detail,
    ok,
    needed: true,
    remedy: 'Install Node.js 20.19 or later; 24 is recommended.',
  };
}

async function kubectl({ kubectl: named }: Config): Promise<Finding> {
  const found = await findKubectl(named);
  if ('version' in found) return { name: 'kubectl', detail: `v${found.version}`, ok: true };
  const remedy =
    'Run `npm start` once: it finds or fetches kubectl; or put kubectl 1.30 or later on the PATH.';
  return { name: 'kubectl', detail: found.problem, ok: false, needed: true, remedy };
}

async function dataFolder({ dataFolder: folder }: Config): Promise<Finding> {
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await access(folder, constants.W_OK);
    return { name: 'data folder', detail: folder, ok: true };
  } catch (error) {
    const code = (error as { code?: string }).code;
    return {
      name: 'data folder',
      detail: `${folder} cannot be written (${code})`,
      ok: false,
      needed: true,
      remedy: 'Let this user write there, or set PODLAB_DATA to another folder.',
    };
  }
}

/** Looks without opening: opening would bring a database up to this version, which is the server's business. */
async function database({ databaseUrl }: Config): Promise<Finding> {
  if (databaseUrl.startsWith('file:')) {
    const file = databaseUrl.slice('file:'.length);
    try {
      await access(file, constants.R_OK | constants.W_OK);
      return { name: 'database', detail: `SQLite, ${file}`, ok: true };
    } catch (error) {
      if ((error as { code?: string }).code === 'ENOENT')
        return { name: 'database', detail: `SQLite, ${file} (will be made at the first start)`, ok: true };
      return {
        name: 'database',
        detail: `${file} cannot be read and written`,
        ok: false,
        needed: true,
        remedy: `Give this user ${dirname(file)} and the files in it.`,
      };
    }
  }
  const { hostname, port, pathname } = new URL(databaseUrl);
  const where = `PostgreSQL, ${hostname}:${port || 5432}${pathname}`;
  const answers = await new Promise<boolean>((resolve) => {
    const socket = connect({ host: hostname, port: Number(port || 5432), timeout: 3000 });
    const end = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket.on('connect', () => end(true));
    socket.on('timeout', () => end(false));
    socket.on('error', () => end(false));
  });
  if (answers) return { name: 'database', detail: where, ok: true };
  return {
    name: 'database',
    detail: `${where} does not answer`,
    ok: false,
    needed: true,
    remedy: 'Start the database, or correct DATABASE_URL.',
  };
}

async function sandbox({ sandbox: wanted, shared }: Config): Promise<Finding> {
  try {
    const { isolation } = await detectIsolation(wanted);
    if (isolation.kind === 'bubblewrap') return { name: 'sandbox', detail: isolation.sentence, ok: true };
    return {
      name: 'sandbox',
      detail: isolation.sentence,
      ok: false,
      needed: shared,
      remedy: 'Install bubblewrap (Debian and Ubuntu: `apt install bubblewrap`) to shut shells in.',
    };
  } catch (error) {
    if (!isPodlabError(error)) throw error;
    return { name: 'sandbox', detail: error.message, ok: false, needed: true, remedy: error.remedy };
  }
}

async function clusters(config: Config): Promise<Finding[]> {
  const log = createLog(() => {});
  const { all, availability } = createProviders(config, { log, installation: 'doctor', spare: false });
  try {
    return Object.entries(await availability()).map(([kind, found]): Finding => {
      const name = `cluster ${kind}`;
      if (found.available) return { name, detail: found.detail, ok: true };
      return { name, detail: found.reason, ok: false, needed: config.cluster === kind, remedy: found.remedy };
    });
  } finally {
    await Promise.all(Object.values(all).map((provider) => provider.shutdown()));
  }
}
