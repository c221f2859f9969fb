#!/usr/bin/env node
// `npm start`: does whatever set-up is missing, then serves Podlab. Uses nothing but Node.js until npm has run.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { buildPages, buildServer, generateClients } from './setup/build.mjs';
import { checkNode, installDependencies } from './setup/dependencies.mjs';
import { findKubectl } from './setup/kubectl.mjs';
import { fail, root } from './setup/say.mjs';

const development = process.argv.includes('--dev');

try {
  checkNode();
  await installDependencies();
  const kubectl = findKubectl();
  // Its failure is awaited below; an earlier one elsewhere must not become an unhandled rejection.
  kubectl.catch(() => {});
  await generateClients();
  await buildServer();
  if (!development) await buildPages();
  serve(await kubectl);
} catch (error) {
  fail(error);
}

function serve(kubectl) {
  const server = spawn(process.execPath, ['--enable-source-maps', join(root, 'dist/server.js')], {
    cwd: root,
    stdio: 'inherit',
    env: {
      ...process.env,
      NODE_ENV: development ? 'development' : 'production',
      NEXT_TELEMETRY_DISABLED: '1',
      ...(kubectl !== 'kubectl' && { PODLAB_KUBECTL: kubectl }),
    },
  });
  // Ctrl-C reaches both of us; the server ends when it has put everything away, and we end with it.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => server.kill(signal));
  server.on('close', (code, signal) => process.exit(code ?? (signal ? 1 : 0)));
}
