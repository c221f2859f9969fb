import { errorText } from '../../files/error-text';
import { FileError } from '../../files/file-system';
import type { InodeStat } from '../../files/inode';
import { confirm } from './confirm';
import { parseDate, zoneOf } from './date-format';
import { parseMode } from './mode-text';
import { baseName, joinPath } from './path-names';
import { utility } from './utility';

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

export const ln = utility(
  'ln',
  '[-sfnbtv] [-S SUF] TARGET... LINK|DIR\n\nCreate a link LINK or DIR/TARGET to the specified TARGET(s)',
  async (self) => {
    const options = self.options(self.gnu ? 'sfnbvTS:r' : 'sfnbvTS:', { symbolic: 's', force: 'f' });
    const operands = [...options.operands];
    if (operands.length === 0) throw self.usageFault();
    const { files } = self.process;
    const last = operands.length === 1 ? baseName(operands[0] as string) : (operands.pop() as string);
    const follow = !options.has('n');
    const into = files.tryStat(last, follow)?.type === 'directory' && !options.has('T');
    for (const target of operands) {
      const path = into ? joinPath(last, baseName(target)) : last;
      try {
        const before = files.tryStat(path, false);
        if (before && options.has('b')) files.rename(path, `${path}${options.value('S') ?? '~'}`);
        else if (before && options.has('f')) files.unlink(path);
        if (options.has('v')) await self.print(`'${path}' -> '${target}'\n`);
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
    time = parseDate(date, now, zoneOf(self.process).minutes) ?? self.fail(`invalid date '${date}'`);
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
  const given = options.value('s');
  if (given === undefined || options.operands.length === 0) throw self.usageFault();
  const size = /^(\d+)([kKmMgGtT]?)$/.exec(given) ?? self.fail(`invalid number '${given}'`);
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
  if (options.operands.length > 1) throw self.usageFault();
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
    if (options.has('q')) return 1;
    self.fail(`(null): ${errorText(error)}`);
  }
  await self.print(`${path}\n`);
  return 0;
});
