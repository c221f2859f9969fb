import { chmod, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createWorkingFolders, type WorkingFolders } from './working-folder';

let place: string;
let folders: WorkingFolders;
beforeEach(async () => {
  place = await mkdtemp(join(tmpdir(), 'podlab-folders-'));
  folders = createWorkingFolders(join(place, 'sessions'));
});
afterEach(() => rm(place, { recursive: true, force: true }));

describe('a session’s working folder', () => {
  it('begins with the starter files, in folders of their own', async () => {
    const folder = await folders.prepare('one', { 'pod.yaml': 'kind: Pod\n', 'app/run.sh': 'echo hi\n' });
    expect(await readFile(join(folder, 'app/run.sh'), 'utf8')).toBe('echo hi\n');
    expect((await readdir(folder)).sort()).toEqual(['app', 'pod.yaml']);
    expect(await readdir(join(place, 'sessions'))).toEqual(['one']);
  });

  it('is left as it is when its session is taken up again', async () => {
    const folder = await folders.prepare('one', { 'pod.yaml': 'first\n', 'other.yaml': '' });
    await writeFile(join(folder, 'pod.yaml'), 'mine\n');
    await rm(join(folder, 'other.yaml'));
    await folders.prepare('one', { 'pod.yaml': 'first\n', 'other.yaml': '' });
    expect(await readFile(join(folder, 'pod.yaml'), 'utf8')).toBe('mine\n');
    expect(await readdir(folder)).toEqual(['pod.yaml']);
  });

  it('leads the server nowhere by a symbolic link that a learner laid', async () => {
    const elsewhere = join(place, 'elsewhere');
    await mkdir(elsewhere);
    const folder = await folders.prepare('one', { 'app/run.sh': '' });
    await rm(join(folder, 'app'), { recursive: true });
    await symlink(elsewhere, join(folder, 'app'));
    await folders.prepare('one', { 'app/run.sh': '' });
    expect(await readdir(elsewhere)).toEqual([]);
    await writeFile(join(elsewhere, 'kept'), '');
    await folders.remove('one');
    expect(await readdir(elsewhere)).toEqual(['kept']);
  });

  it('goes with all that is in it, though the learner has shut folders against everybody', async () => {
    const folder = await folders.prepare('one', { 'app/deep/run.sh': '' });
    await chmod(join(folder, 'app', 'deep'), 0o000);
    await chmod(join(folder, 'app'), 0o500);
    expect(await folders.has('one')).toBe(true);
    await folders.remove('one');
    expect(await folders.has('one')).toBe(false);
  });

  it('goes when its session is none any more', async () => {
    for (const name of ['one', 'two', 'three']) await folders.prepare(name, { x: '' });
    await mkdir(join(place, 'sessions', '.four.new'));
    await folders.keepOnly(['two']);
    expect(await readdir(join(place, 'sessions'))).toEqual(['two']);
  });

  it('is not taken from a symbolic link', async () => {
    await mkdir(join(place, 'sessions'));
    await symlink(place, join(place, 'sessions', 'one'));
    await expect(folders.prepare('one', { x: '' })).rejects.toMatchObject({ name: 'PodlabError' });
    expect(await readdir(place)).toEqual(['sessions']);
  });

  it('is whole after a server ended while it was being made', async () => {
    await mkdir(join(place, 'sessions', '.one.new'), { recursive: true });
    await writeFile(join(place, 'sessions', '.one.new', 'half'), '');
    expect(await readdir(await folders.prepare('one', { whole: '' }))).toEqual(['whole']);
  });

  it.each(['../outside', '/etc/outside', 'a/../../outside'])('takes no file named %s', async (name) => {
    await expect(folders.prepare('one', { [name]: '' })).rejects.toThrow();
    expect(await readdir(place)).not.toContain('outside');
  });
});
