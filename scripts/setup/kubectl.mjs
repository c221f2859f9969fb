import { createHash } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { aptCandidate, aptInstall, isDebianRoot } from './debian.mjs';
import { root, SetupError, step, tryRun } from './say.mjs';

const oldest = [1, 30];
const release = 'v1.36.0';
/** In a folder of its own under its own name, so that the folder can stand on a PATH. */
const cached = join(root, '.podlab', 'tools', `kubectl-${release}`, 'kubectl');

/**
 * The path of a kubectl ≥ 1.30: the one that PODLAB_KUBECTL names, on the PATH, fetched earlier, from Debian, or the
 * release with its checksum.
 */
export async function findKubectl() {
  const named = process.env.PODLAB_KUBECTL;
  if (named) {
    if (await isRecent(named)) return named;
    throw new SetupError(
      `PODLAB_KUBECTL names ${named}, which is no kubectl ${oldest.join('.')} or later; correct or unset it.`,
    );
  }
  for (const candidate of ['kubectl', cached]) if (await isRecent(candidate)) return candidate;
  const debian = await fromDebian();
  if (debian) return debian;
  return step(`Fetching kubectl ${release} (once, 60 MB)`, download);
}

async function isRecent(program) {
  if (program !== 'kubectl' && !existsSync(program)) return false;
  const output = await tryRun(program, ['version', '--client', '-o', 'json']);
  const version = /"gitVersion":\s*"v(\d+)\.(\d+)/.exec(output ?? '');
  if (!version) return false;
  const [major, minor] = [Number(version[1]), Number(version[2])];
  return major > oldest[0] || (major === oldest[0] && minor >= oldest[1]);
}

/** Debian 13 and later have a recent one. */
async function fromDebian() {
  if (!isDebianRoot()) return undefined;
  for (const name of ['kubectl', 'kubernetes-client']) {
    const candidate = /^(\d+)\.(\d+)/.exec((await aptCandidate(name)) ?? '');
    if (!candidate || Number(candidate[1]) < oldest[0] || Number(candidate[2]) < oldest[1]) continue;
    await step(`Installing Debian’s ${name}`, () => aptInstall([name]));
    if (await isRecent('kubectl')) return 'kubectl';
  }
  return undefined;
}

async function download() {
  const platform = { linux: 'linux', darwin: 'darwin', win32: 'windows' }[process.platform];
  const arch = { x64: 'amd64', arm64: 'arm64' }[process.arch];
  const url = `https://dl.k8s.io/release/${release}/bin/${platform}/${arch}/kubectl${platform === 'windows' ? '.exe' : ''}`;
  try {
    const [binary, checksum] = await Promise.all([get(url), get(`${url}.sha256`)]);
    const actual = createHash('sha256').update(binary).digest('hex');
    if (actual !== checksum.toString('utf8').trim()) throw new Error('its checksum is wrong');
    // Earlier versions kept the program itself under the folder's name.
    rmSync(dirname(cached), { recursive: true, force: true });
    mkdirSync(dirname(cached), { recursive: true });
    writeFileSync(`${cached}.new`, binary);
    chmodSync(`${cached}.new`, 0o755);
    renameSync(`${cached}.new`, cached);
    return cached;
  } catch (error) {
    throw new SetupError(
      `kubectl ${oldest.join('.')} or later is needed and could not be fetched (${error.message}); install it (Debian 13 and later: the package \`kubectl\`, elsewhere https://kubernetes.io/docs/tasks/tools) and try again.`,
    );
  }
}

async function get(url) {
  const reply = await fetch(url, { signal: AbortSignal.timeout(120_000) }).catch((error) => {
    throw new Error(error.cause?.code ?? error.message);
  });
  if (!reply.ok) throw new Error(`HTTP ${reply.status}`);
  return Buffer.from(await reply.arrayBuffer());
}
