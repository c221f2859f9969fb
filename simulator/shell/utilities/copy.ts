import { FileError } from '../../files/file-system';
import type { InodeStat } from '../../files/inode';
import { confirm } from './confirm';
import { baseName, joinPath } from './path-names';
import { type Options, type Utility, utility } from './utility';

/** Copies one entry, with what is below it when `recursive`. */
async function copyEntry(
  self: Utility,
  from: string,
  to: string,
  options: Options,
  top: boolean,
): Promise<void> {
  const { files } = self.process;
  const archive = options.has('a') || options.has('d');
  const recursive = options.has('r') || options.has('R') || options.has('a');
  const follow = options.has('L') || !(archive || options.has('P') || recursive) || (top && options.has('H'));
  const preserve = options.has('p') || options.has('a');
  const turn = self.process.checkpoint();
  if (turn) await turn;
  const stat = files.stat(from, follow);
  const before = files.tryStat(to);
  if (before && before.ino === stat.ino && before.device === stat.device) {
    await self.warn(`'${from}' and '${to}' are the same file`);
    return;
  }
  if (stat.type === 'directory') {
    if (!recursive) {
      await self.warn(`omitting directory '${from}'`);
      return;
    }
    if (!before) files.mkdir(to, preserve ? 0o700 : stat.mode | 0o700);
    for (const name of files.list(from)) {
      try {
        await copyEntry(self, joinPath(from, name), joinPath(to, name), options, false);
      } catch (error) {
        await self.warnError(`can't stat '${joinPath(from, name)}'`, error);
      }
    }
    if (!before && !preserve) files.chmod(to, stat.mode & ~self.process.umask);
  } else if (stat.type === 'symlink') {
    if (files.tryStat(to, false)) files.unlink(to);
    files.symlink(files.readlink(from), to);
    return;
  } else if (options.has('l')) {
    files.link(from, to);
    return;
  } else if (options.has('s')) {
    files.symlink(from, to);
    return;
  } else if (stat.type === 'fifo' && recursive) {
    files.mkfifo(to, stat.mode);
  } else {
    if (before && options.has('n')) return;
    if (before && options.has('u') && before.mtimeMs >= stat.mtimeMs) return;
    if (before && options.has('i') && !(await confirm(self, `overwrite '${to}'? `))) return;
    await copyBytes(self, from, to, stat, options.has('f'));
  }
  if (preserve) {
    try {
      files.chown(to, stat.uid, stat.gid);
    } catch {
      // Only the superuser gives files away; the copy is then one's own.
    }
    files.chmod(to, stat.mode);
    files.utimes(to, stat.atimeMs, stat.mtimeMs);
  }
}

async function copyBytes(
  self: Utility,
  from: string,
  to: string,
  stat: InodeStat,
  force: boolean,
): Promise<void> {
  const { process } = self;
  let input: Awaited<ReturnType<typeof process.open>>;
  try {
    input = await process.open(from, 'r');
  } catch (error) {
    await self.warnError(`can't open '${from}'`, error);
    return;
  }
  try {
    let output: typeof input;
    try {
      output = await process.open(to, 'w', stat.mode & 0o777);
    } catch (error) {
      if (!force || !(error instanceof FileError) || error.code !== 'EACCES') {
        await self.warnError(`can't create '${to}'`, error);
        return;
      }
      process.files.unlink(to);
      output = await process.open(to, 'w', stat.mode & 0o777);
    }
    const fd = process.addFd(output);
    try {
      for (let data = await self.readSome(input); data.length > 0; data = await self.readSome(input))
        await process.write(fd, data);
    } catch (error) {
      await self.warnError('write error', error);
    } finally {
      process.closeFd(fd);
    }
  } finally {
    input.release();
  }
}

export const cp = utility(
  'cp',
  '[-arPLHpfinlsTu] SOURCE DEST\nor: cp [-arPLHpfinlsu] SOURCE... { -t DIRECTORY | DIRECTORY }',
  async (self) => {
    const options = self.options('arRPLHpfinlsTudt:v', {
      archive: 'a',
      recursive: 'r',
      force: 'f',
      verbose: 'v',
    });
    const { sources, target, into } = destination(self, options);
    for (const from of sources) {
      const to = into ? joinPath(target, baseName(from)) : target;
      try {
        await copyEntry(self, from, to, options, true);
        if (options.has('v')) await self.print(`'${from}' -> '${to}'\n`);
      } catch (error) {
        if (!(error instanceof FileError)) throw error;
        const about =
          error.path === to
            ? `can't create ${self.process.files.tryStat(from)?.type === 'directory' ? 'directory ' : ''}'${to}'`
            : `can't stat '${from}'`;
        await self.warnError(about, error);
      }
    }
  },
);

function destination(self: Utility, options: Options): { sources: string[]; target: string; into: boolean } {
  const sources = [...options.operands];
  const target = options.value('t') ?? sources.pop();
  if (target === undefined || sources.length === 0) throw self.usageFault();
  const directory = self.process.files.tryStat(target)?.type === 'directory';
  if (sources.length > 1 && !directory) self.fail(`target '${target}' is not a directory`);
  return { sources, target, into: directory && !options.has('T') };
}

export const mv = utility(
  'mv',
  '[-finT] SOURCE DEST\nor: mv [-fin] SOURCE... { -t DIRECTORY | DIRECTORY }',
  async (self) => {
    const options = self.options('finTt:v', { force: 'f', verbose: 'v' });
    const { sources, target, into } = destination(self, options);
    const { files } = self.process;
    for (const from of sources) {
      const to = into ? joinPath(target, baseName(from)) : target;
      try {
        if (!files.tryStat(from, false)) throw new FileError('ENOENT', from);
      } catch (error) {
        await self.warnError(`can't rename '${from}'`, error);
        continue;
      }
      if (files.tryStat(to, false)) {
        if (options.has('n')) continue;
        if (options.has('i') && !(await confirm(self, `overwrite '${to}'? `))) continue;
      }
      try {
        files.rename(from, to);
      } catch (error) {
        if (!(error instanceof FileError) || error.code !== 'EXDEV') {
          await self.warnError(`can't rename '${from}'`, error);
          continue;
        }
        const all = self.options('a', {}, ['-a']);
        await copyEntry(self, from, to, all, true);
        removeTree(self, from);
      }
      if (options.has('v')) await self.print(`'${from}' -> '${to}'\n`);
    }
  },
);

function removeTree(self: Utility, path: string): void {
  const { files } = self.process;
  if (files.stat(path, false).type !== 'directory') {
    files.unlink(path);
    return;
  }
  for (const name of files.list(path)) removeTree(self, joinPath(path, name));
  files.rmdir(path);
}

/** Copies one file in place of another; whether it could, having said why not. */
export async function copyFile(self: Utility, from: string, to: string, preserve: boolean): Promise<boolean> {
  const { files } = self.process;
  const before = self.status;
  try {
    if (files.tryStat(to, false)) files.unlink(to);
    await copyEntry(self, from, to, self.options('p', {}, preserve ? ['-p'] : []), true);
  } catch (error) {
    await self.warnError(`can't stat '${from}'`, error);
  }
  return self.status === before && files.exists(to);
}
