import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { run } from './say.mjs';

const folder = mkdtempSync(join(tmpdir(), 'podlab-kubectl-'));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** What the set-up answers in a process of its own, with this kubectl named. */
function find(named: string): Promise<string> {
  const code = `import('./scripts/setup/kubectl.mjs').then((m) => m.findKubectl()).then(console.log, (e) => { console.log(e.message); })`;
  return run(process.execPath, ['-e', code], { env: { PODLAB_KUBECTL: named } });
}

describe('the kubectl that is named', () => {
  it('must be 1.30 or later: an older one is refused in one sentence', async () => {
    const old = join(folder, 'kubectl');
    writeFileSync(old, '#!/bin/sh\necho \'{"clientVersion":{"gitVersion":"v1.20.2"}}\'\n');
    chmodSync(old, 0o755);
    expect(await find(old)).toMatch(
      /PODLAB_KUBECTL names .*kubectl, which is no kubectl 1\.30 or later; correct or unset it\./,
    );
  });

  it('must be there', async () => {
    expect(await find(join(folder, 'nothing'))).toMatch(/which is no kubectl 1\.30 or later/);
  });
});
