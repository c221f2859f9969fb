import type { InodeStat } from '../../files/inode';
import { formatDate } from './date-format';
import { modeText } from './mode-text';
import { baseName, joinPath } from './path-names';
import { groupName, userName } from './users';
import { utility } from './utility';

export const basename = utility(
  'basename',
  'FILE [SUFFIX] | -a FILE... | -s SUFFIX FILE...',
  async (self) => {
    const options = self.options('+as:');
    if (options.operands.length === 0) throw self.usageFault();
    const many = options.has('a') || options.has('s');
    const suffix = options.value('s') ?? (many ? '' : (options.operands[1] ?? ''));
    for (const path of many ? options.operands : options.operands.slice(0, 1)) {
      const name = baseName(path);
      await self.print(
        `${suffix !== '' && name !== suffix && name.endsWith(suffix) ? name.slice(0, -suffix.length) : name}\n`,
      );
    }
  },
);

export const dirname = utility('dirname', 'FILENAME', async (self) => {
  const path = self.options('+').operands[0];
  if (path === undefined) throw self.usageFault();
  const trimmed = path.replace(/\/+$/, '');
  const slash = trimmed.lastIndexOf('/');
  const directory =
    trimmed === ''
      ? path === ''
        ? '.'
        : '/'
      : slash < 0
        ? '.'
        : trimmed.slice(0, slash).replace(/\/+$/, '') || '/';
  await self.print(`${directory}\n`);
});

export const pwd = utility('pwd', '', async (self) => {
  await self.print(`${self.process.files.realpath('.')}\n`);
});

export const readlink = utility('readlink', '[-fnv] FILE', async (self) => {
  const options = self.options('fnve');
  for (const path of options.operands) {
    try {
      const text =
        options.has('f') || options.has('e')
          ? self.process.files.canonical(path)
          : self.process.files.readlink(path);
      await self.print(options.has('n') ? text : `${text}\n`);
    } catch (error) {
      if (options.has('v')) await self.warnError(path, error);
      self.status = 1;
    }
  }
});

export const realpath = utility('realpath', 'FILE...', async (self) => {
  for (const path of self.options('').operands) {
    try {
      await self.print(`${self.process.files.realpath(path)}\n`);
    } catch (error) {
      await self.warnError(path, error);
    }
  }
});

const typeNames: Record<string, string> = {
  directory: 'directory',
  symlink: 'symbolic link',
  fifo: 'fifo',
  device: 'character special file',
};

/** S_IFMT */
const typeBits: Record<string, number> = {
  file: 0o100000,
  directory: 0o040000,
  symlink: 0o120000,
  fifo: 0o010000,
  device: 0o020000,
};

export const stat = utility('stat', '[-ltf] [-c FMT] FILE...', async (self) => {
  const options = self.options('Lltfc:');
  if (options.operands.length === 0) throw self.usageFault();
  for (const letter of 'tf')
    if (options.has(letter))
      self.fail(`The embedded cluster does not simulate stat -${letter}; name fields with -c.`);
  const { files } = self.process;
  for (const path of options.operands) {
    let found: InodeStat;
    try {
      found = files.stat(path, options.has('L'));
    } catch (error) {
      await self.warnError(`can't stat '${path}'`, error);
      continue;
    }
    const kind =
      found.type === 'file'
        ? found.size === 0
          ? 'regular empty file'
          : 'regular file'
        : (typeNames[found.type] ?? found.type);
    const user = userName(self.process, found.uid) ?? 'UNKNOWN';
    const group = groupName(self.process, found.gid) ?? 'UNKNOWN';
    const octal = found.mode.toString(8);
    const time = (ms: number) => formatDate('%Y-%m-%d %H:%M:%S.%N %z', ms, self.process);
    const target = found.type === 'symlink' ? files.readlink(path) : '';
    const format = options.value('c');
    if (format !== undefined) {
      const letters: Record<string, string> = {
        a: octal,
        A: modeText(found),
        b: String(found.allocated / 512),
        B: '512',
        d: String(found.device),
        F: kind,
        f: ((typeBits[found.type] ?? 0) | found.mode).toString(16),
        t: found.type === 'device' ? (found.major ?? 0).toString(16) : '0',
        T: found.type === 'device' ? (found.minor ?? 0).toString(16) : '0',
        g: String(found.gid),
        G: group,
        h: String(found.nlink),
        i: String(found.ino),
        n: path,
        N: target === '' ? `'${path}'` : `'${path}' -> '${target}'`,
        o: '4096',
        s: String(found.size),
        u: String(found.uid),
        U: user,
        x: time(found.atimeMs),
        X: String(Math.floor(found.atimeMs / 1000)),
        y: time(found.mtimeMs),
        Y: String(Math.floor(found.mtimeMs / 1000)),
        z: time(found.ctimeMs),
        Z: String(Math.floor(found.ctimeMs / 1000)),
        '%': '%',
      };
      const shown = format.replace(
        /%([-+ 0#]*)(\d{0,4})([a-zA-Z%])/g,
        (_, flags: string, width: string, letter: string) => {
          const text = letters[letter] ?? letter;
          if (width === '') return text;
          return flags.includes('-')
            ? text.padEnd(Number(width))
            : text.padStart(Number(width), flags.includes('0') ? '0' : ' ');
        },
      );
      await self.print(`${shown}\n`);
      continue;
    }
    await self.print(
      `  File: ${target === '' ? path : `'${path}' -> '${target}'`}\n` +
        `  Size: ${String(found.size).padEnd(10)}\tBlocks: ${String(found.allocated / 512).padEnd(10)} IO Block: 4096   ${kind}\n` +
        `Device: ${found.device.toString(16)}h/${found.device}d\tInode: ${String(found.ino).padEnd(10)}  Links: ${found.nlink}\n` +
        `Access: (${octal.padStart(4, '0')}/${modeText(found)})  Uid: (${String(found.uid).padStart(5)}/${user.padStart(8)})   Gid: (${String(found.gid).padStart(5)}/${group.padStart(8)})\n` +
        `Access: ${time(found.atimeMs)}\nModify: ${time(found.mtimeMs)}\nChange: ${time(found.ctimeMs)}\n`,
    );
  }
});

export const du = utility('du', '[-aHLdclsxhmkb] [FILE]...', async (self) => {
  const options = self.options('aHLd:clsxhmkb');
  const { files } = self.process;
  const depthLimit = options.has('s') ? 0 : Number(options.value('d') ?? Number.MAX_SAFE_INTEGER);
  const seen = new Set<number>();
  const size = (bytes: number) => {
    if (options.has('b')) return String(bytes);
    if (options.has('h'))
      return `${(bytes / 1024).toFixed(1)}K`.replace(
        /^(\d{4,})\.\dK$/,
        (_, kib: string) => `${(Number(kib) / 1024).toFixed(1)}M`,
      );
    return String(Math.ceil(bytes / (options.has('m') ? 1 << 20 : 1024)));
  };
  const bytesOf = (found: { size: number; allocated: number }) =>
    options.has('b') ? found.size : found.allocated;
  const visit = async (path: string, depth: number): Promise<number> => {
    const turn = self.process.checkpoint();
    if (turn) await turn;
    const found = files.stat(path, options.has('L'));
    if (found.type !== 'directory') {
      if (found.nlink > 1 && !options.has('l')) {
        if (seen.has(found.ino)) return 0;
        seen.add(found.ino);
      }
      if ((options.has('a') && depth <= depthLimit) || depth === 0)
        await self.print(`${size(bytesOf(found))}\t${path}\n`);
      return bytesOf(found);
    }
    let total = bytesOf(found);
    for (const name of files.list(path)) total += await visit(joinPath(path, name), depth + 1);
    if (depth <= depthLimit) await self.print(`${size(total)}\t${path}\n`);
    return total;
  };
  let sum = 0;
  for (const path of options.operands.length > 0 ? options.operands : ['.']) {
    try {
      sum += await visit(path, 0);
    } catch (error) {
      await self.warnError(path, error);
    }
  }
  if (options.has('c')) await self.print(`${size(sum)}\ttotal\n`);
});
