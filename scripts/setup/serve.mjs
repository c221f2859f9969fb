import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { buildPages, buildServer, generateClients } from './build.mjs';
import { installDependencies } from './dependencies.mjs';
import { findKubectl } from './kubectl.mjs';
import { fail, root, SetupError } from './say.mjs';

const usage = `npm start [-- OPTIONS]: sets Podlab up, and serves it

  --port N  --host ADDRESS  --data FOLDER  --cluster auto|embedded|kind|kubeconfig

Each stands for a variable of docs/configuration.md, and wins over it.`;

try {
  const { dev: development, help, ...settings } = read(process.argv.slice(2));
  if (help) {
    console.log(usage);
    process.exit(0);
  }
  await installDependencies();
  const kubectl = findKubectl();
  // Its failure is awaited below; an earlier one elsewhere must not become an unhandled rejection.
  kubectl.catch(() => {});
  await generateClients();
  await buildServer();
  if (!development) await buildPages();
  serve(await kubectl, development, settings);
} catch (error) {
  fail(error);
}

/** The options by name. Told before anything is built: what is wrong with their values the server says. */
function read(args) {
  const text = { type: 'string' };
  const options = { dev: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } };
  try {
    return parseArgs({ args, options: { ...options, port: text, host: text, data: text, cluster: text } })
      .values;
  } catch (error) {
    throw new SetupError(`${error.message.split('. ')[0]}.\n\n${usage}`);
  }
}

function serve(kubectl, development, settings) {
  const given = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value]);
  // The command line knows what options stand for; without any, the server alone starts sooner.
  const program = given.length > 0 ? ['cli.js', 'serve', ...given] : ['server.js'];
  const [file, ...args] = program;
  const server = spawn(process.execPath, ['--enable-source-maps', join(root, 'dist', file), ...args], {
    // npm changes to the project's folder; a path on the command line starts where it was typed.
    cwd: given.length > 0 ? (process.env.INIT_CWD ?? process.cwd()) : root,
    stdio: 'inherit',
    env: {
      ...process.env,
      NODE_ENV: development ? 'development' : 'production',
      NEXT_TELEMETRY_DISABLED: '1',
      ...(kubectl !== 'kubectl' && { PODLAB_KUBECTL: kubectl }),
    },
  });
  server.on('error', fail);
  // A signal for us is for the server, which puts everything away, and we end with it. Ctrl-C reaches both of us by
  // itself: the server knows that what comes twice at once is one.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => server.kill(signal));
  endWithNpm(() => server.kill('SIGTERM'));
  server.on('close', (code, signal) => process.exit(code ?? (signal ? 1 : 0)));
}

/** npm passes SIGTERM on to the shell between us, which ends without a word: nobody would be left to end the server. */
function endWithNpm(end) {
  if (!process.env.npm_lifecycle_event) return;
  const { ppid } = process;
  const timer = setInterval(() => {
    if (process.ppid === ppid) return;
    clearInterval(timer);
    end();
  }, 500);
  timer.unref();
}
