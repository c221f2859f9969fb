import { expect, it } from 'vitest';
import { encode } from './byte-string';
import { FileError } from './file-system';
import { FileView } from './file-view';
import { MountTable } from './mount-table';
import { VolumeTree } from './volume-tree';

const now = () => 1_000;

/** A container's files, with volumes mounted at /data, /ro (read-only), /tmpfs (8 KiB), and /sub (a part of /data). */
export function container() {
  const tree = new VolumeTree({ now });
  for (const device of ['null', 'zero', 'full', 'urandom'] as const) tree.device(device, `/dev/${device}`);
  tree.mkdir('/tmp', { mode: 0o1777 });
  tree.mkdir('/root', { mode: 0o700 });
  tree.mkdir('/home/ann', { uid: 1, gid: 10 });
  const data = new VolumeTree({ now, mode: 0o777 });
  data.write('/f', 'data');
  data.mkdir('/part/inner');
  const readOnly = new VolumeTree({ now, mode: 0o777 });
  readOnly.write('/f', 'fixed', { mode: 0o666 });
  readOnly.device('null', '/null');
  const small = new VolumeTree({ now, mode: 0o777, fstype: 'tmpfs', limitBytes: 8192 });
  const mounts = new MountTable(tree.root);
  mounts.mount('/data', data.root);
  mounts.mount('/ro', readOnly.root, { readOnly: true });
  mounts.mount('/tmpfs', small.root);
  const part = data.lookup('/part');
  if (part) mounts.mount('/sub', part, { subPath: 'part' });
  return (uid: number, gid = uid * 10, groups: number[] = [], umask = 0o022) =>
    new FileView(mounts, { uid, gid, groups, cwd: '/', umask, capable: () => true });
}

/** What `act` returns, or the name of the error that it throws. */
export function outcome(act: () => unknown): unknown {
  try {
    return act();
  } catch (error) {
    if (error instanceof FileError) return error.code;
    throw error;
  }
}

export function write(files: FileView, path: string, text: string, flags = 'w', mode?: number): number {
  const file = files.open(path, flags, mode);
  try {
    return file.write(encode(text));
  } finally {
    file.release();
  }
}

export const text = (files: FileView, path: string) => Buffer.from(files.readFile(path)).toString();
export const mode = (files: FileView, path: string) => files.stat(path, false).mode.toString(8);

export type User = ReturnType<typeof container>;
export type Case = [what: string, act: (user: User) => unknown, expected: unknown];

export function table(cases: Case[]): void {
  it.each(cases)('%s', (_what, act, expected) => {
    const user = container();
    expect(outcome(() => act(user))).toEqual(expected);
  });
}

/** A file of ann (1:10) with that mode. */
export const annsFile = (user: User, bits: number, path = '/tmp/f') => {
  write(user(1), path, 'hers');
  user(1).chmod(path, bits);
};

/** The value of the last of some steps. */
export const last = (...steps: unknown[]): unknown => steps.at(-1);
