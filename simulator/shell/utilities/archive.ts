import { gunzipSync } from 'node:zlib';
import { decode, encode } from '../../files/byte-string';
import type { InodeStat } from '../../files/inode';
import { matchesPattern } from '../expand/pattern';
import { formatDate } from './date-format';
import { GzipWriter } from './gzip';
import { modeText } from './mode-text';
import { joinPath } from './path-names';
import { groupName, userName } from './users';
import { type Options, type Utility, utility } from './utility';

const block = 512;

export const tar = utility(
  'tar',
  'c|x|t [-ZzJjahmvokO] [-f TARFILE] [-C DIR] [-T FILE] [-X FILE] [FILE]...',
  async (self) => {
    // The first word may do without its dash: `tar xf -`.
    const [first = '', ...rest] = self.args;
    const args = first.startsWith('-') ? self.args : [`-${first}`, ...rest];
    const reordered = first.startsWith('-') ? args : bundle(first, rest);
    const options = self.options(
      'cxtf:C:vzjJahmokOpT:X:S:E:R',
      {
        'strip-components': 'S',
        directory: 'C',
        file: 'f',
        create: 'c',
        extract: 'x',
        list: 't',
        gzip: 'z',
        verbose: 'v',
        'no-same-owner': 'o',
        'same-permissions': 'p',
        'no-same-permissions': 'm',
        warning: 'm',
        exclude: 'E',
        'exclude-from': 'X',
        'files-from': 'T',
        'no-recursion': 'R',
        overwrite: 'm',
      },
      reordered,
    );
    const strip = Number(options.value('S') ?? 0);
    const named = await listed(self, options.values('T'));
    const leftOut = await listed(self, options.values('X'));
    if (!named || !leftOut) return self.status;
    const left = [...options.values('E'), ...leftOut];
    if (options.has('J') || options.has('j'))
      self.fail('The embedded cluster does not simulate xz and bzip2; use -z, or a kind cluster for them.');
    const archive = options.value('f') ?? '-';
    if (options.has('c')) return create(self, options, archive, [...options.operands, ...named], left);
    if (!options.has('x') && !options.has('t')) throw self.usageFault();
    const file = await self.open(archive, `can't open '${archive}'`);
    if (!file) return 1;
    const text = await self.readAll(file);
    file.release();
    let data: Uint8Array = encode(text);
    if (options.has('z') || (data[0] === 0x1f && data[1] === 0x8b)) {
      try {
        data = gunzipSync(data);
      } catch {
        self.fail('invalid tar magic');
      }
    }
    const directory = options.value('C');
    if (directory !== undefined) {
      if (self.process.files.tryStat(directory)?.type !== 'directory')
        self.fail(`can't change directory to '${directory}': No such file or directory`);
      self.process.cwd = self.process.files.realpath(directory);
    }
    return unpack(self, options, data, strip, [...options.operands, ...named], left);
  },
);

/** Letters of the old style take their values from the words that follow, in order. */
function bundle(letters: string, words: string[]): string[] {
  const rest = [...words];
  const result: string[] = [];
  for (const letter of letters) {
    result.push(`-${letter}`);
    if ('fCTX'.includes(letter)) result.push(rest.shift() ?? '');
  }
  return [...result, ...rest];
}

/** Lines of the files that -T and -X name; undefined after saying that one cannot be read. */
async function listed(self: Utility, paths: readonly string[]): Promise<string[] | undefined> {
  const lines: string[] = [];
  for (const path of paths) {
    const file = await self.open(path);
    if (!file) return undefined;
    for (const line of (await self.readAll(file)).split('\n')) if (line !== '') lines.push(line);
    file.release();
  }
  return lines;
}

/** Whether a name is left out: by a pattern for it, its last part, or a folder above it. */
function isLeftOut(name: string, patterns: readonly string[]): boolean {
  const parts = name.replace(/\/+$/, '').split('/');
  return patterns.some((pattern) =>
    parts.some(
      (part, at) =>
        matchesPattern(pattern, part) || matchesPattern(pattern, parts.slice(0, at + 1).join('/')),
    ),
  );
}

async function create(
  self: Utility,
  options: Options,
  archive: string,
  operands: readonly string[],
  left: readonly string[],
): Promise<number> {
  if (operands.length === 0) self.fail('empty archive');
  const { files } = self.process;
  let warned = false;
  const start = self.process.cwd;
  const output = archive === '-' ? self.process.fds.get(1) : await self.process.open(archive, 'w');
  if (!output) return 1;
  if (archive === '-') output.retain();
  const fd = self.process.addFd(output);
  const zip = options.has('z') ? new GzipWriter((part) => self.process.write(fd, part)) : undefined;
  const emit = async (data: Uint8Array) => (zip ? zip.add(data) : self.process.write(fd, data));
  const directory = options.value('C');
  if (directory !== undefined) self.process.cwd = files.realpath(directory);
  const links = new Map<number, string>();
  const add = async (path: string): Promise<void> => {
    const turn = self.process.checkpoint();
    if (turn) await turn;
    if (isLeftOut(path, left)) return;
    if (path.startsWith('/') && !warned) {
      warned = true;
      await self.process.write(2, "tar: removing leading '/' from member names\n");
    }
    const follow = options.has('h');
    const stat = files.stat(path, follow);
    const name = path.replace(/^\/+/, '') || './';
    if (options.has('v'))
      await self.process.write(archive === '-' ? 2 : 1, `${name}${stat.type === 'directory' ? '/' : ''}\n`);
    const hard = stat.nlink > 1 && stat.type === 'file' ? links.get(stat.ino) : undefined;
    if (stat.type === 'file') links.set(stat.ino, name);
    const content = stat.type === 'file' && hard === undefined ? files.readFile(path) : new Uint8Array(0);
    const link = hard ?? (stat.type === 'symlink' ? files.readlink(path) : '');
    await emit(header(self, name, stat, content.length, link, hard !== undefined));
    if (content.length > 0) {
      await emit(content);
      if (content.length % block > 0) await emit(new Uint8Array(block - (content.length % block)));
    }
    if (stat.type === 'directory' && !options.has('R'))
      for (const child of files.list(path)) await add(joinPath(path, child));
  };
  for (const path of operands) {
    try {
      await add(path.length > 1 ? path.replace(/\/+$/, '') : path);
    } catch (error) {
      await self.warnError(path, error);
    }
  }
  await emit(new Uint8Array(2 * block));
  await zip?.end();
  self.process.closeFd(fd);
  self.process.cwd = start;
  if (self.status !== 0) self.fail('error exit delayed from previous errors');
  return 0;
}

function header(
  self: Utility,
  name: string,
  stat: InodeStat,
  size: number,
  link: string,
  hard: boolean,
): Uint8Array {
  const full = stat.type === 'directory' && !name.endsWith('/') ? `${name}/` : name;
  const parts: Uint8Array[] = [];
  if (full.length > 99) parts.push(longName(full, 'L'));
  if (link.length > 99) parts.push(longName(link, 'K'));
  const type = hard ? '1' : { file: '0', symlink: '2', directory: '5', fifo: '6', device: '3' }[stat.type];
  parts.push(
    rawHeader(
      full,
      type,
      stat.mode,
      stat.uid,
      stat.gid,
      size,
      Math.floor(stat.mtimeMs / 1000),
      link,
      userName(self.process, stat.uid) ?? '',
      groupName(self.process, stat.gid) ?? '',
    ),
  );
  return parts.length === 1 ? (parts[0] as Uint8Array) : Buffer.concat(parts);
}

function longName(name: string, type: string): Uint8Array {
  const data = encode(`${name}\0`);
  const padded = new Uint8Array(Math.ceil(data.length / block) * block);
  padded.set(data);
  return Buffer.concat([rawHeader('././@LongLink', type, 0, 0, 0, data.length, 0, '', '', ''), padded]);
}

function rawHeader(
  name: string,
  type: string,
  mode: number,
  uid: number,
  gid: number,
  size: number,
  mtime: number,
  link: string,
  user: string,
  group: string,
): Uint8Array {
  const octal = (value: number, width: number) => `${value.toString(8).padStart(width - 1, '0')}\0`;
  const field = (text: string, width: number) => text.slice(0, width).padEnd(width, '\0');
  const before =
    field(name, 100) +
    octal(mode & 0o7777, 8) +
    octal(uid, 8) +
    octal(gid, 8) +
    octal(size, 12) +
    octal(mtime, 12);
  const after = `${type + field(link, 100)}ustar  \0${field(user, 32)}${field(group, 32)}`;
  const text = `${before}        ${after}`.padEnd(block, '\0');
  let sum = 0;
  for (let i = 0; i < text.length; i++) sum += text.charCodeAt(i);
  return encode(`${before}${sum.toString(8).padStart(6, '0')}\0 ${after}`.padEnd(block, '\0'));
}

async function unpack(
  self: Utility,
  options: Options,
  data: Uint8Array,
  strip: number,
  operands: readonly string[],
  left: readonly string[],
): Promise<number> {
  const { files } = self.process;
  const wanted = operands.map((path) => path.replace(/\/+$/, ''));
  const missing = new Set(wanted);
  const directories: [string, number, number][] = [];
  let long: string | undefined;
  let longLink: string | undefined;
  let position = 0;
  let found = false;
  while (position + block <= data.length) {
    const turn = self.process.checkpoint();
    if (turn) await turn;
    const head = decode(data.subarray(position, position + block));
    if (head[0] === '\0') break;
    if (head.slice(257, 262) !== 'ustar' && !/^[0-7 ]+\0/.test(head.slice(148, 156)))
      self.fail('invalid tar magic');
    found = true;
    const text = (from: number, length: number) =>
      head.slice(from, from + length).split('\0', 1)[0] as string;
    const number = (from: number, length: number) => Number.parseInt(text(from, length).trim() || '0', 8);
    const size = number(124, 12);
    const type = head[156] ?? '0';
    const body = data.subarray(position + block, position + block + size);
    position += block + Math.ceil(size / block) * block;
    if (type === 'L' || type === 'K') {
      const value = decode(body).split('\0', 1)[0] as string;
      if (type === 'L') long = value;
      else longLink = value;
      continue;
    }
    if (type === 'x' || type === 'g') {
      for (const [, key, value] of decode(body).matchAll(/\d+ (path|linkpath)=([^\n]*)\n/g)) {
        if (key === 'path') long = value;
        else longLink = value;
      }
      continue;
    }
    const prefix = head.slice(257, 263) === 'ustar\0' ? text(345, 155) : '';
    const original = long ?? (prefix === '' ? text(0, 100) : `${prefix}/${text(0, 100)}`);
    const link = longLink ?? text(157, 100);
    long = undefined;
    longLink = undefined;
    const plain = original.replace(/\/+$/, '');
    const asked = wanted.filter((path) => plain === path || plain.startsWith(`${path}/`));
    for (const path of asked) missing.delete(path);
    if ((wanted.length > 0 && asked.length === 0) || isLeftOut(plain, left)) continue;
    const name = plain.replace(/^\/+/, '').split('/').slice(strip).join('/');
    const mode = number(100, 8);
    const mtime = number(136, 12) * 1000;
    if (options.has('t')) {
      if (options.has('v')) {
        const stat = {
          mode,
          type: type === '5' ? 'directory' : type === '2' ? 'symlink' : 'file',
          character: true,
        } as InodeStat;
        await self.print(
          `${modeText(stat)} ${text(265, 32) || number(108, 8)}/${text(297, 32) || number(116, 8)} ${String(size).padStart(9)} ${formatDate('%Y-%m-%d %H:%M:%S', mtime, self.process)} ${original}${type === '2' || type === '1' ? ` -> ${link}` : ''}\n`,
        );
      } else await self.print(`${original}\n`);
      continue;
    }
    if (name === '' || name.split('/').includes('..')) continue;
    if (options.has('v')) await self.process.write(options.has('O') ? 2 : 1, `${original}\n`);
    if (options.has('O')) {
      await self.process.write(1, body);
      continue;
    }
    try {
      makeParents(self, name);
      if (type === '5') {
        if (files.tryStat(name)?.type !== 'directory') files.mkdir(name, 0o777);
        directories.push([name, mode, mtime]);
      } else {
        if (files.tryStat(name, false)) files.unlink(name);
        if (type === '2') files.symlink(link, name);
        else if (type === '1') files.link(link.replace(/^\/+/, ''), name);
        else if (type === '6') files.mkfifo(name, mode);
        else {
          const fd = self.process.addFd(files.open(name, 'w', mode));
          await self.process.write(fd, body);
          self.process.closeFd(fd);
        }
      }
      if (self.process.uid === 0 && !options.has('o'))
        files.chown(name, number(108, 8), number(116, 8), false);
      if (type === '0' || type === '\0' || type === '7') {
        files.chmod(name, mode & ~(options.has('p') || self.process.uid === 0 ? 0 : self.process.umask));
        if (!options.has('m')) files.utimes(name, mtime, mtime);
      }
    } catch (error) {
      await self.warnError(`can't create '${name}'`, error);
      if (!options.has('k')) break;
    }
  }
  for (const [name, mode, mtime] of directories.reverse()) {
    try {
      files.chmod(name, mode);
      if (!options.has('m')) files.utimes(name, mtime, mtime);
    } catch {
      // The mount point itself may belong to somebody else.
    }
  }
  if (!found && data.length < block) self.fail('short read');
  for (const path of missing) self.fail(`${path}: not found in archive`);
  return self.status;
}

function makeParents(self: Utility, name: string): void {
  const names = name.split('/');
  for (let i = 1; i < names.length; i++) {
    const path = names.slice(0, i).join('/');
    if (!self.process.files.tryStat(path)) self.process.files.mkdir(path);
  }
}
