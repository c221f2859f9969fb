import { decode, encode } from '../../files/byte-string';
import { FileError } from '../../files/file-system';
import { findCommand } from '../../runtime/command-path';
import type { Process, Program } from '../../runtime/process';

const folder = '/docker-entrypoint.d';
const name = '/docker-entrypoint.sh';
const defaultServer = '/etc/nginx/conf.d/default.conf';
const templates = '/etc/nginx/templates';
const output = '/etc/nginx/conf.d';

/** What the image itself ships in /docker-entrypoint.d. */
export const steps = [
  '10-listen-on-ipv6-by-default.sh',
  '15-local-resolvers.envsh',
  '20-envsubst-on-templates.sh',
  '30-tune-worker-processes.sh',
];

/** The image's entrypoint: prepares the configuration when nginx is to run, then becomes the command. */
export const entrypoint: Program = async (process) => {
  const command = process.argv.slice(1);
  const quiet = process.env.get('NGINX_ENTRYPOINT_QUIET_LOGS') !== undefined;
  const say = (text: string) => (quiet ? undefined : process.write(1, `${text}\n`));
  if (command[0] === 'nginx' || command[0] === 'nginx-debug') await configure(process, say);
  const program = command[0];
  if (program === undefined) return 0;
  try {
    const path = findCommand(
      process.system.mounts,
      { ...process, capable: () => true },
      process.cwd,
      program,
      process.env.get('PATH'),
    );
    return await process.exec(path, command);
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    await process.write(2, `${name}: line 47: ${program}: not found\n`);
    return error.code === 'ENOENT' ? 127 : 126;
  }
};

type Say = (text: string) => Promise<void> | undefined;

async function configure(process: Process, say: Say): Promise<void> {
  const scripts = process.files.exists(folder) ? process.files.list(folder) : [];
  if (scripts.length === 0) {
    await say(`${name}: No files found in ${folder}/, skipping configuration`);
    return;
  }
  await say(`${name}: ${folder}/ is not empty, will attempt to perform configuration`);
  await say(`${name}: Looking for shell scripts in ${folder}/`);
  for (const script of scripts) {
    const path = `${folder}/${script}`;
    const known = /\.(sh|envsh)$/.exec(script)?.[1];
    if (!known) await say(`${name}: Ignoring ${path}`);
    else if (!process.files.access(path, 1)) await say(`${name}: Ignoring ${path}, not executable`);
    else {
      await say(`${name}: ${known === 'sh' ? 'Launching' : 'Sourcing'} ${path}`);
      await runStep(process, script, path, say);
    }
  }
  await say(`${name}: Configuration complete; ready for start up`);
}

async function runStep(process: Process, script: string, path: string, say: Say): Promise<void> {
  if (script === '10-listen-on-ipv6-by-default.sh') return listenOnIpv6(process, script, say);
  if (script === '20-envsubst-on-templates.sh') return fillTemplates(process, script, say);
  if (steps.includes(script)) return;
  await process.wait(process.spawn({ path, argv: [path] }));
}

async function listenOnIpv6(process: Process, script: string, say: Say): Promise<void> {
  const { files } = process;
  if (!files.exists(defaultServer))
    return say(`${script}: info: ${defaultServer} is not a file or does not exist`);
  if (!files.access(defaultServer, 2))
    return say(`${script}: info: can not modify ${defaultServer} (read-only file system?)`);
  const text = decode(files.readFile(defaultServer));
  if (text.includes('listen  [::]:80;')) return say(`${script}: info: IPv6 listen already enabled`);
  await say(`${script}: info: Getting the checksum of ${defaultServer}`);
  if (!/^ {4}listen {7}80;\n/m.test(text))
    return say(`${script}: info: ${defaultServer} differs from the packaged version`);
  write(process, defaultServer, text.replace(/^( {4}listen {7}80;\n)/m, '$1    listen  [::]:80;\n'));
  await say(`${script}: info: Enabled listen on IPv6 in ${defaultServer}`);
}

/** /etc/nginx/templates/*.template with the environment's variables filled in, as envsubst does. */
async function fillTemplates(process: Process, script: string, say: Say): Promise<void> {
  const { files, env } = process;
  const source = env.get('NGINX_ENVSUBST_TEMPLATE_DIR') ?? templates;
  const suffix = env.get('NGINX_ENVSUBST_TEMPLATE_SUFFIX') ?? '.template';
  const target = env.get('NGINX_ENVSUBST_OUTPUT_DIR') ?? output;
  if (!files.exists(source)) return;
  if (!files.access(target, 2))
    return say(`${script}: ERROR: ${source} exists, but ${target} is not writable`);
  for (const file of files.list(source)) {
    if (!file.endsWith(suffix) || files.stat(`${source}/${file}`).type !== 'file') continue;
    const to = `${target}/${file.slice(0, -suffix.length)}`;
    await say(`${script}: Running envsubst on ${source}/${file} to ${to}`);
    const text = decode(files.readFile(`${source}/${file}`));
    write(
      process,
      to,
      text.replace(
        /\$(?:\{(\w+)\}|(\w+))/g,
        (whole, braced: string | undefined, plain: string | undefined) =>
          env.get(braced ?? plain ?? '') ?? whole,
      ),
    );
  }
}

function write(process: Process, path: string, text: string): void {
  const file = process.files.open(path, 'w', 0o644);
  file.write(encode(text));
  file.release();
}
