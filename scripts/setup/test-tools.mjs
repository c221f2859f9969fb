import { existsSync, readdirSync } from 'node:fs';
import { aptInstall, isDebianRoot } from './debian.mjs';
import { step } from './say.mjs';

/** Programs that tests compare with or run inside; the tests that want one say so when it is missing. */
const tools = [
  {
    files: ['/usr/bin/busybox', '/bin/busybox'],
    debian: 'busybox-static',
    for: 'comparing the simulated shell with the real one',
  },
  { files: ['/usr/bin/bwrap'], debian: 'bubblewrap', for: 'trying to break out of the shell’s sandbox' },
  { files: ['/usr/bin/socat'], debian: 'socat', for: 'the cheapest relay into the sandbox' },
  {
    files: ['/usr/share/bash-completion/bash_completion'],
    debian: 'bash-completion',
    for: 'kubectl’s completion',
  },
  {
    files: postgresqlVersions().map((version) => `/usr/lib/postgresql/${version}/bin/initdb`),
    debian: 'postgresql',
    for: 'keeping progress in PostgreSQL',
  },
];

/** Installs on Debian what is missing; elsewhere says what will be left out. */
export async function testTools() {
  if (process.platform !== 'linux') return;
  const missing = tools.filter(({ files }) => !files.some((file) => existsSync(file)));
  if (missing.length === 0) return;
  const names = missing.map(({ debian }) => debian);
  if (isDebianRoot())
    await step(`Installing ${names.join(', ')} for the tests (once)`, () => aptInstall(names));
  else
    for (const { debian, for: purpose } of missing)
      console.log(`! ${debian} is not installed: tests are left out that need it for ${purpose}.`);
}

function postgresqlVersions() {
  return existsSync('/usr/lib/postgresql') ? readdirSync('/usr/lib/postgresql') : [];
}
