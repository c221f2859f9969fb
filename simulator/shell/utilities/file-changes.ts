import { errorText } from '../../files/error-text';
import { FileError } from '../../files/file-system';
import type { InodeStat } from '../../files/inode';
import { terminalOf } from '../../files/terminal';
import { parseDate, zoneOf } from './date-format';
import { parseMode } from './mode-text';
import { findGroup, findUser } from './users';
import { type Options, type Utility, utility } from './utility';

export function baseName(path: string): string {
  const trimmed = path.replace(/\/+$/, '');
  if (trimmed === '') return path === '' ? '' : '/';
  return trimmed.slice(trimmed.lastIndexOf('/') + 1);
}

export function joinPath(directory: string, name: string): string {
  return directory.endsWith('/') ? directory + name : `${directory}/${name}`;
}

export const mkdir = utility('mkdir', '[-m MODE] [-p] DIRECTORY...\n\nCreate DIRECTORY', async (self) => {
  const options = self.options('pm:v', { parents: 'p', mode: 'm' });
  if (options.operands.length === 0) throw self.usageFault();
  const { files, umask } = self.process;
  for (const path of options.operands) {
    try {
      if (options.has('p')) {
        const names = path.split('/');
        for (let i = 1; i <= names.length; i++) {
          const prefix = names.slice(0, i).join('/');
          if (prefix === '' || files.tryStat(prefix)?.type === 'directory') continue;
          files.mkdir(prefix);
        }
      } else files.mkdir(path);
      const mode = options.value('m');
      if (mode !== undefined)
        files.chmod(path, parseMode(mode, 0o777, true, umask) ?? self.fail(`invalid mode '${mode}'`));
    } catch (error) {
      await self.warnError(`can't create directory '${path}'`, error);
    }
  }
});

export const rmdir = utility('rmdir', '[-p] DIRECTORY...', async (self) => {
  const options = self.options('p', { parents: 'p', 'ignore-fail-on-non-empty': 'i' });
  for (const path of options.operands) {
    try {
      let current = path.replace(/\/+$/, '');
      self.process.files.rmdir(current);
      while (options.has('p') && current.includes('/')) {
        current = current.slice(0, current.lastIndexOf('/'));
        if (current === '') break;
        self.process.files.rmdir(current);
      }
    } catch (error) {
      await self.warnError(`'${path}'`, error);
    }
  }
});

export const rm = utility('rm', '[-irf] FILE...\n\nRemove (unlink) FILEs', async (self) => {
  const options = self.options('irRf', { recursive: 'r', force: 'f' });
  const recursive = options.has('r') || options.has('R');
  const force = options.has('f');
  if (options.operands.length === 0 && !force) throw self.usageFault();
  const { files } = self.process;
  const remove = async (path: string): Promise<void> => {
    const turn = self.process.checkpoint();
    if (turn) await turn;
    let stat: InodeStat;
    try {
      stat = files.stat(path, false);
    } catch (error) {
      if (!(force && error instanceof FileError && (error.code === 'ENOENT' || error.code === 'ENOTDIR')))
        await self.warnError(`can't remove '${path}'`, error);
      return;
    }
    try {
      if (stat.type === 'directory') {
        if (!recursive) {
          await self.warn(`'${path}' is a directory`);
          return;
        }
        for (const name of files.list(path)) await remove(joinPath(path, name));
        if (options.has('i') && !(await confirm(self, `remove directory '${path}'? `))) return;
        files.rmdir(path);
      } else {
        if (options.has('i') && !(await confirm(self, `remove '${path}'? `))) return;
        files.unlink(path);
      }
    } catch (error) {
      await self.warnError(`can't remove '${path}'`, error);
    }
  };
  for (const path of options.operands) {
    if (/^\.{1,2}$/.test(baseName(path))) await self.warn("can't remove '.' or '..'");
    else await remove(path);
  }
});

async function confirm(self: Utility, question: string): Promise<boolean> {
  await self.process.write(2, `${self.name}: ${question}`);
  const answer = await self.process.read(0, 1024);
  return /^[yY]/.test(Buffer.from(answer).toString('latin1'));
}

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

export function removeTree(self: Utility, path: string): void {
  const { files } = self.process;
  if (files.stat(path, false).type !== 'directory') {
    files.unlink(path);
    return;
  }
  for (const name of files.list(path)) removeTree(self, joinPath(path, name));
  files.rmdir(path);
}

export const ln = utility(
  'ln',
  '[-sfnbtv] [-S SUF] TARGET... LINK|DIR\n\nCreate a link LINK or DIR/TARGET to the specified TARGET(s)',
  async (self) => {
    const options = self.options('sfnbtvTS:r');
    const operands = [...options.operands];
    if (operands.length === 0) throw self.usageFault();
    const { files } = self.process;
    const last = operands.length === 1 ? baseName(operands[0] as string) : (operands.pop() as string);
    const follow = !options.has('n');
    const into = files.tryStat(last, follow)?.type === 'directory' && !options.has('T');
    for (const target of operands) {
      const path = into ? joinPath(last, baseName(target)) : last;
      try {
        if (options.has('f') && files.tryStat(path, false)) files.unlink(path);
        if (options.has('s')) files.symlink(target, path);
        else files.link(target, path);
      } catch (error) {
        const missing = error instanceof FileError && error.path === target;
        await self.warnError(missing ? target : path, error);
      }
    }
  },
);

export const touch = utility('touch', '[-cham] [-d DATE] [-t DATE] [-r FILE] FILE...', async (self) => {
  const options = self.options('chamd:t:r:', { 'no-create': 'c', reference: 'r', date: 'd' });
  if (options.operands.length === 0) throw self.usageFault();
  const { files, clock } = self.process;
  const now = clock.now();
  let time = now;
  const date = options.value('d') ?? options.value('t');
  if (date !== undefined) {
    const dotted = date.replace(/^(\d{4})(\d{8})(\.\d\d)?$/, '$2$1$3');
    time = parseDate(dotted, now, zoneOf(self.process).minutes) ?? self.fail(`invalid date '${date}'`);
  }
  const reference = options.value('r');
  if (reference !== undefined) time = files.stat(reference).mtimeMs;
  for (const path of options.operands) {
    try {
      const stat = files.tryStat(path);
      if (!stat) {
        if (options.has('c')) continue;
        files.open(path, 'wn').release();
      }
      const old = stat ?? { atimeMs: time, mtimeMs: time };
      files.utimes(
        path,
        options.has('m') && !options.has('a') ? old.atimeMs : time,
        options.has('a') && !options.has('m') ? old.mtimeMs : time,
        { now: time === now },
      );
    } catch (error) {
      await self.warnError(path, error);
    }
  }
});

async function recursively(
  self: Utility,
  path: string,
  recursive: boolean,
  act: (path: string, stat: InodeStat) => void,
): Promise<void> {
  const { files } = self.process;
  const stat = files.stat(path, !recursive);
  act(path, stat);
  if (!recursive || stat.type !== 'directory') return;
  for (const name of files.list(path)) {
    const child = joinPath(path, name);
    try {
      await recursively(self, child, true, act);
    } catch (error) {
      await self.warnError(child, error);
    }
  }
}

export const chmod = utility('chmod', '[-Rcvf] MODE[,MODE]... FILE...', async (self) => {
  // A mode may begin with a dash: `chmod -x file`.
  const isMode = (arg: string) => /^-[rwxXst]+$/.test(arg);
  const args = self.args;
  const options = self.options(
    'Rcvf',
    { recursive: 'R' },
    args.filter((arg) => !isMode(arg)),
  );
  const dashed = args.find(isMode);
  const [mode, ...paths] = dashed === undefined ? options.operands : [dashed, ...options.operands];
  if (mode === undefined || paths.length === 0) throw self.usageFault();
  for (const path of paths) {
    try {
      await recursively(self, path, options.has('R'), (each, stat) => {
        if (stat.type === 'symlink') return;
        const bits = parseMode(mode, stat.mode, stat.type === 'directory', self.process.umask);
        self.process.files.chmod(each, bits ?? self.fail(`invalid mode '${mode}'`));
      });
    } catch (error) {
      if (!(error instanceof FileError)) throw error;
      if (!options.has('f')) await self.warn(`${path}: ${errorText(error)}`);
      self.status = 1;
    }
  }
});

export const chown = utility('chown', '[-RhLHPcvf]... USER[:[GRP]] FILE...', (self) =>
  changeOwner(self, false),
);
export const chgrp = utility('chgrp', '[-RhLHPcvf]... GROUP FILE...', (self) => changeOwner(self, true));

async function changeOwner(self: Utility, groupOnly: boolean): Promise<void> {
  const options = self.options('RhLHPcvf', { recursive: 'R' });
  const [owner, ...paths] = options.operands;
  if (owner === undefined || paths.length === 0) throw self.usageFault();
  const [userText, groupText] = groupOnly ? ['', owner] : owner.includes(':') ? owner.split(':') : [owner];
  let uid = -1;
  let gid = -1;
  if (userText) {
    const user = findUser(self.process, userText) ?? self.fail(`unknown user ${userText}`);
    uid = user.uid;
    if (groupText === '' && user.gid !== undefined) gid = user.gid;
  }
  if (groupText) gid = findGroup(self.process, groupText) ?? self.fail(`unknown group ${groupText}`);
  for (const path of paths) {
    try {
      await recursively(self, path, options.has('R'), (each) =>
        self.process.files.chown(each, uid, gid, !options.has('h') && !options.has('R')),
      );
    } catch (error) {
      if (!(error instanceof FileError)) throw error;
      if (!options.has('f')) await self.warn(`${path}: ${errorText(error)}`);
      self.status = 1;
    }
  }
}

export const mkfifo = utility('mkfifo', '[-m MODE] NAME', async (self) => {
  const options = self.options('m:');
  for (const path of options.operands) {
    try {
      self.process.files.mkfifo(path);
    } catch (error) {
      await self.warnError(path, error);
    }
  }
});

export const truncate = utility('truncate', '[-c] -s SIZE FILE...', async (self) => {
  const options = self.options('cs:');
  const size = /^(\d+)([kKmMgGtT]?)/.exec(options.value('s') ?? '');
  if (!size) throw self.usageFault();
  const unit = { '': 1, k: 1024, m: 1 << 20, g: 1 << 30, t: 2 ** 40 }[(size[2] as string).toLowerCase()] ?? 1;
  for (const path of options.operands) {
    try {
      if (!self.process.files.exists(path)) {
        if (options.has('c')) continue;
        self.process.files.open(path, 'wn').release();
      }
      self.process.files.truncate(path, Number(size[1]) * unit);
    } catch (error) {
      await self.warnError(path, error);
    }
  }
});

export const mktemp = utility('mktemp', '[-dt] [-p DIR] [TEMPLATE]', async (self) => {
  const options = self.options('dqtup:');
  const template = options.operands[0] ?? 'tmp.XXXXXX';
  if (!template.endsWith('XXXXXX')) self.fail('(null): Invalid argument');
  const directory =
    options.value('p') ??
    (options.operands.length === 0 || options.has('t')
      ? (self.process.env.get('TMPDIR') ?? '/tmp')
      : undefined);
  const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
  const random = Array.from({ length: 6 }, () => letters[Math.floor(Math.random() * letters.length)]).join(
    '',
  );
  const name = template.replace(/XXXXXX$/, random);
  const path = directory === undefined ? name : joinPath(directory, name);
  try {
    if (options.has('d')) self.process.files.mkdir(path, 0o700);
    else if (!options.has('u')) self.process.files.open(path, 'wx', 0o600).release();
  } catch (error) {
    self.fail(errorText(error));
  }
  await self.print(`${path}\n`);
});

export const isOnTerminal = (self: Utility): boolean => terminalOf(self.process.fds.get(1)) !== undefined;
