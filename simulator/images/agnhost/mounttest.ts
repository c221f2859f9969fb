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
const initialContent = 'mount-tester new file\n';

/** Seconds between two looks of `--file_content_in_loop`. */
const pauseSeconds = 2;

/** `agnhost mounttest`: tells about mounts and files in the lines that Kubernetes' own tests look for. */
export async function mounttest(process: Process, flags: Flags): Promise<number> {
  const { files } = process;
  let failed = false;
  process.umask = 0;
  const say = (text: string) => process.write(1, text);
  const attempt = async (path: string, trouble: string, run: () => Promise<void> | void | undefined) => {
    if (path === '') return;
    try {
      await run();
    } catch (error) {
      if (!(error instanceof FileError)) throw error;
      failed = true;
      await say(`${trouble}: ${reason(error)}\n`);
    }
  };
  const tell = async (path: string) => {
    await say(`content of file "${path}": ${decode(files.readFile(path))}\n`);
  };
  const type = flags.text('fs_type');
  await attempt(type, `error from statfs("${type}")`, async () => {
    const { fstype } = fileSystemOf(process, type);
    await say(
      `mount type of "${type}": ${fstype === 'tmpfs' ? 'tmpfs' : fstype === 'overlay' ? '2035054128' : '61267'}\n`,
    );
  });
  for (const mode of ['0644', '0666', '0660', '0777']) {
    const path = flags.text(`new_file_${mode}`);
    let there = false;
    await attempt(path, `error writing new file "${path}"`, async () => {
      const fd = process.addFd(await process.open(path, 'wn', Number.parseInt(mode, 8)));
      await process.write(fd, encode(initialContent));
      process.closeFd(fd);
      there = true;
    });
    if (there) await attempt(path, `error reading file content for "${path}"`, () => tell(path));
  }
  const mode = flags.text('file_mode');
  await attempt(mode, `error from Stat("${mode}")`, async () => {
    await say(`mode of file "${mode}": ${goMode(files.stat(mode))}\n`);
  });
  const perm = flags.text('file_perm');
  await attempt(perm, `error from Stat("${perm}")`, async () => {
    await say(`perms of file "${perm}": -${rights(files.stat(perm).mode)}\n`);
  });
  const owner = flags.text('file_owner');
  await attempt(owner, `error from stat("${owner}")`, async () => {
    const { uid, gid } = files.stat(owner);
    await say(`owner UID of "${owner}": ${uid}\nowner GID of "${owner}": ${gid}\n`);
  });
  const content = flags.text('file_content');
  await attempt(content, `error reading file content for "${content}"`, () => tell(content));
  const loop = flags.text('file_content_in_loop');
  if (loop !== '' && !(await readAgainAndAgain(process, loop, flags))) failed = true;
  return failed ? 1 : 0;
}

/** Reads until the time is up, or the content is what `--new_file_…` writes (unless told not to). False: the last read failed. */
async function readAgainAndAgain(process: Process, path: string, flags: Flags): Promise<boolean> {
  const until = process.clock.now() + flags.number('retry_time', 180) * 1_000;
  const breaks = flags.text('break_on_expected_content', 'true') !== 'false';
  let read = true;
  while (process.clock.now() < until) {
    try {
      const text = decode(process.files.readFile(path));
      read = true;
      await process.write(1, `content of file "${path}": ${text}\n`);
      if (breaks && text === initialContent) break;
      if (breaks) await process.write(1, `Unexpected content. Expected: ${initialContent}. Retrying`);
    } catch (error) {
      if (!(error instanceof FileError)) throw error;
      read = false;
      await process.write(1, `Error reading file ${path}: open ${path}: ${reason(error)}, retrying\n`);
    }
    await process.sleep(pauseSeconds * 1_000);
  }
  return read;
}

/** An error number as Go prints it. */
function reason(error: FileError): string {
  return errorText(error).toLowerCase();
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
