import type { FileTree } from '../../files/file-system';

export interface PayloadFile {
  content: Uint8Array;
  mode: number;
  uid?: number;
}

/** Files by their path within the volume. */
export type Payload = Map<string, PayloadFile>;

/**
 * Writes a volume's files so that readers see the old ones or the new ones and never a mixture: into a directory named by
 * the time, to which the link `..data` then points; the visible names are links through `..data` (kubelet AtomicWriter).
 * Returns whether anything had changed.
 */
export function writePayload(tree: FileTree, payload: Payload, now: number, gid?: number): boolean {
  const old = currentDirectory(tree);
  if (old && same(tree, old, payload)) return false;
  const directory = freshName(tree, now);
  tree.mkdir(`/${directory}`, { mode: 0o755 });
  for (const [path, file] of payload) {
    tree.write(`/${directory}/${path}`, file.content, { mode: file.mode, uid: file.uid ?? 0, gid: gid ?? 0 });
  }
  if (gid !== undefined) shareDirectories(tree, `/${directory}`, gid);
  if (tree.stat('/..data')) tree.remove('/..data');
  tree.symlink(directory, '/..data');
  const names = new Set([...payload.keys()].map((path) => path.split('/')[0] ?? path));
  for (const name of names) if (!linked(tree, name)) tree.symlink(`..data/${name}`, `/${name}`);
  for (const name of tree.list('/')) {
    if (!name.startsWith('..') && !names.has(name)) tree.remove(`/${name}`);
  }
  if (old) tree.remove(`/${old}`);
  return true;
}

function currentDirectory(tree: FileTree): string | undefined {
  return tree.list('/').find((name) => /^\.\.\d{4}_/.test(name));
}

function linked(tree: FileTree, name: string): boolean {
  return tree.list('/').includes(name);
}

function same(tree: FileTree, directory: string, payload: Payload): boolean {
  const there = filesUnder(tree, `/${directory}`);
  if (there.length !== payload.size) return false;
  for (const [path, { content }] of payload) {
    const stored = tree.read(`/${directory}/${path}`);
    if (!stored || Buffer.compare(stored, content) !== 0) return false;
  }
  return true;
}

function filesUnder(tree: FileTree, path: string): string[] {
  return tree.list(path).flatMap((name) => {
    const child = `${path}/${name}`;
    return tree.stat(child)?.type === 'directory' ? filesUnder(tree, child) : [child];
  });
}

/** Directories go to the volume's group, and what is made in them too (SetVolumeOwnership). */
function shareDirectories(tree: FileTree, path: string, gid: number): void {
  tree.chown(path, 0, gid);
  tree.chmod(path, 0o2755);
  for (const name of tree.list(path)) {
    const child = `${path}/${name}`;
    if (tree.stat(child)?.type === 'directory') shareDirectories(tree, child, gid);
  }
}

/** `..2026_11_20_21_54_35.1234567`, as os.MkdirTemp makes it. */
function freshName(tree: FileTree, now: number): string {
  const [date = '', clock = ''] = new Date(now).toISOString().split('T');
  const stamp = `..${date.replaceAll('-', '_')}_${clock.slice(0, 8).replaceAll(':', '_')}`;
  let serial = 1_000_000_000 + (now % 1_000_000) * 1000;
  while (tree.stat(`/${stamp}.${serial}`)) serial += 1;
  return `${stamp}.${serial}`;
}
