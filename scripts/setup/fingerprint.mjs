// Tells whether something made from files is still current: a hash of their names, sizes and contents.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { demandWritable, root } from './say.mjs';

const passedOver = new Set(['node_modules', 'generated', '.next', 'dist', 'transcripts', 'corpus']);

/** @param paths files and folders, relative to the project */
export function fingerprint(paths) {
  const hash = createHash('sha256');
  for (const path of paths)
    for (const file of filesOf(join(root, path))) {
      hash.update(relative(root, file));
      hash.update('\0');
      hash.update(readFileSync(file));
    }
  return hash.digest('hex');
}

function filesOf(path) {
  if (!existsSync(path)) return [];
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path, { withFileTypes: true })
    .filter((entry) => !passedOver.has(entry.name) && !/\.test\.tsx?$/.test(entry.name))
    .sort((a, b) => a.name.localeCompare(b.name))
    .flatMap((entry) => filesOf(join(path, entry.name)));
}

/**
 * Runs `make` unless `output` is there and `stamp` says that it was made with the same `value`. False when there was
 * nothing to do.
 */
export async function whenChanged({ stamp, value, output }, make) {
  const file = join(root, '.podlab-build', stamp);
  const current = existsSync(join(root, output)) && existsSync(file) && readFileSync(file, 'utf8') === value;
  if (current) return false;
  demandWritable(root);
  await make();
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, value);
  return true;
}
