import { decode, encode } from '../../files/byte-string';
import { errorText } from '../../files/error-text';
import { FileError } from '../../files/file-system';
import type { InodeStat } from '../../files/inode';
import type { Process } from '../../runtime/process';
import type { Flags } from './flags';

export const mounttestFlags = [
  'fs_type',
  'file_mode',
  'file_perm',
  'file_owner',
  'file_content',
  'file_content_in_loop',
  'retry_time',
  'new_file_0644',
  'new_file_0660',
  'new_file_0666',
  'new_file_0777',
];
const written = 'mount-tester new file\n';

/** `agnhost mounttest`: tells about mounts and files in the lines that Kubernetes' own tests look for. */
export async function mounttest(process: Process, flags: Flags): Promise<number> {
  let failed = false;
  process.umask = 0;
  const say = (text: string) => process.write(1, text);
  const attempt = async (path: string, doing: string, run: () => Promise<void> | void | undefined) => {
    if (path === '') return;
    try {
      await run();
    } catch (error) {
      if (!(error instanceof FileError)) throw error;
      failed = true;
      await say(`error ${doing} ${path}: ${errorText(error).toLowerCase()}\n`);
    }
  };
  const files = process.files;
  const type = flags.text('fs_type');
  await attempt(type, 'from statfs', async () => {
    const { fstype } = fileSystemOf(process, type);
    await say(
      `mount type of "${type}": ${fstype === 'tmpfs' ? 'tmpfs' : fstype === 'overlay' ? '2035054128' : '61267'}\n`,
    );
  });
  for (const mode of ['0644', '0666', '0660', '0777']) {
    const path = flags.text(`new_file_${mode}`);
    await attempt(path, 'writing new file', async () => {
      const fd = process.addFd(await process.open(path, 'wn', Number.parseInt(mode, 8)));
      await process.write(fd, encode(written));
      process.closeFd(fd);
    });
  }
  const perm = flags.text('file_perm');
  await attempt(perm, 'from stat', async () => {
    await say(`perms of file "${perm}": -${rights(files.stat(perm).mode)}\n`);
  });
  const mode = flags.text('file_mode');
  await attempt(mode, 'from lstat', async () => {
    await say(`mode of file "${mode}": ${goMode(files.stat(mode, false))}\n`);
  });
  const owner = flags.text('file_owner');
  await attempt(owner, 'from stat', async () => {
    const { uid, gid } = files.stat(owner);
    await say(`owner UID of "${owner}": ${uid}\nowner GID of "${owner}": ${gid}\n`);
  });
  const content = flags.text('file_content');
  await attempt(content, 'reading file content for', async () => {
    await say(`content of file "${content}": ${decode(files.readFile(content))}\n`);
  });
  const loop = flags.text('file_content_in_loop');
  if (loop !== '') await readAgainAndAgain(process, loop, flags.number('retry_time', 180));
  return failed ? 1 : 0;
}

async function readAgainAndAgain(process: Process, path: string, seconds: number): Promise<void> {
  for (let second = 0; second < seconds; second++) {
    try {
      const text = decode(process.files.readFile(path));
      await process.write(1, `content of file "${path}": ${text}\n`);
    } catch (error) {
      if (!(error instanceof FileError)) throw error;
      await process.write(1, `Error reading file ${path}: ${errorText(error).toLowerCase()}, retrying\n`);
    }
    await process.sleep(1_000);
  }
}

function fileSystemOf(process: Process, path: string): { fstype: string } {
  return process.files.find(path).volume;
}

function rights(mode: number): string {
  return [...'rwxrwxrwx'].map((letter, index) => (mode & (1 << (8 - index)) ? letter : '-')).join('');
}

/** Go's FileMode.String: letters for the kind and the special bits stand in front. */
function goMode({ type, mode }: InodeStat): string {
  const kind = type === 'directory' ? 'd' : type === 'symlink' ? 'L' : type === 'fifo' ? 'p' : '';
  const special = `${mode & 0o4000 ? 'u' : ''}${mode & 0o2000 ? 'g' : ''}${mode & 0o1000 ? 't' : ''}`;
  return `${kind}${special}` === '' ? `-${rights(mode)}` : `${kind}${special}${rights(mode)}`;
}
