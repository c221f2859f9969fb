import type { InodeStat } from '../../files/inode';
import { terminalOf } from '../../files/terminal';
import { formatDate } from './date-format';
import { modeText } from './mode-text';
import { groupName, userName } from './users';
import { type Options, type Utility, utility } from './utility';

interface Entry {
  name: string;
  path: string;
  stat: InodeStat;
}

export const ls = utility(
  'ls',
  '[-1AaCxdLHRFplinshrSXvctu] [-w WIDTH] [FILE]...\n\nList directory contents',
  async (self) => {
    const options = self.options('1AaCxdLHRFplinsghorSXvctukw:Te', {
      'group-directories-first': 'D',
      color: 'N',
      all: 'a',
    });
    const files: Entry[] = [];
    const directories: Entry[] = [];
    for (const path of options.operands.length > 0 ? options.operands : ['.']) {
      const follow =
        !(options.has('l') || options.has('F') || options.has('d')) ||
        options.has('L') ||
        options.has('H') ||
        path.endsWith('/');
      try {
        const stat = self.process.files.stat(path, follow);
        const entry = { name: path, path, stat };
        if (stat.type === 'directory' && !options.has('d')) directories.push(entry);
        else files.push(entry);
      } catch (error) {
        await self.warnError(path, error, self.gnu ? 2 : 1);
      }
    }
    const listing = new Listing(self, options);
    if (files.length > 0) await listing.entries(files);
    let first = files.length === 0;
    const titled = options.has('R') || directories.length + files.length > 1 || options.operands.length > 1;
    for (const directory of listing.sort(directories)) {
      await listing.directory(directory.path, titled, first);
      first = false;
    }
  },
);

class Listing {
  private readonly columns: number;
  private readonly long: boolean;

  constructor(
    private readonly self: Utility,
    private readonly options: Options,
  ) {
    this.long = ['l', 'n', 'g', 'o', 'e'].some((letter) => options.has(letter));
    const terminal = terminalOf(self.process.fds.get(1));
    const inColumns = (terminal || options.has('C') || options.has('x')) && !options.has('1') && !this.long;
    this.columns = inColumns ? Number(options.value('w') ?? terminal?.columns ?? 80) : 0;
  }

  async directory(path: string, titled: boolean, first: boolean): Promise<void> {
    const { self, options } = this;
    let names: string[];
    try {
      names = self.process.files.list(path);
    } catch (error) {
      await self.warnError(`can't open '${path}'`, error);
      return;
    }
    if (titled) await self.print(`${first ? '' : '\n'}${path}:\n`);
    if (options.has('a')) names = ['.', '..', ...names];
    else if (!options.has('A')) names = names.filter((name) => !name.startsWith('.'));
    const entries: Entry[] = [];
    for (const name of names) {
      const full = path.endsWith('/') ? path + name : `${path}/${name}`;
      try {
        entries.push({ name, path: full, stat: self.process.files.stat(full, options.has('L')) });
      } catch (error) {
        await self.warnError(full, error);
      }
    }
    if (this.long || options.has('s')) {
      const blocks = entries.reduce((sum, entry) => sum + entry.stat.allocated, 0);
      await self.print(`total ${options.has('h') ? humanSize(blocks) : Math.ceil(blocks / 1024)}\n`);
    }
    await this.entries(entries);
    if (!options.has('R')) return;
    for (const entry of this.sort(entries)) {
      if (entry.stat.type === 'directory' && entry.name !== '.' && entry.name !== '..') {
        await this.directory(entry.path, true, false);
      }
    }
  }

  async entries(entries: Entry[]): Promise<void> {
    const sorted = this.sort(entries);
    if (this.long) {
      for (const line of this.longLines(sorted)) await this.self.print(`${line}\n`);
    } else if (this.columns > 0)
      await this.inColumns(sorted.map((entry) => this.prefix(entry) + entry.name + this.suffix(entry)));
    else
      for (const entry of sorted)
        await this.self.print(`${this.prefix(entry)}${entry.name}${this.suffix(entry)}\n`);
  }

  sort(entries: Entry[]): Entry[] {
    const { options } = this;
    const byName = (a: Entry, b: Entry) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0);
    const extension = (entry: Entry) =>
      entry.name.includes('.') ? entry.name.slice(entry.name.lastIndexOf('.')) : '';
    let compare: (a: Entry, b: Entry) => number = byName;
    if (options.has('S')) compare = (a, b) => b.stat.size - a.stat.size || byName(a, b);
    else if (options.has('t')) compare = (a, b) => this.time(b) - this.time(a) || byName(a, b);
    else if (options.has('X'))
      compare = (a, b) => (extension(a) < extension(b) ? -1 : extension(a) > extension(b) ? 1 : byName(a, b));
    else if (options.has('v')) compare = (a, b) => a.name.localeCompare(b.name, 'en', { numeric: true });
    const sorted = [...entries].sort(compare);
    return options.has('r') ? sorted.reverse() : sorted;
  }

  private time(entry: Entry): number {
    if (this.options.has('u')) return entry.stat.atimeMs;
    return this.options.has('c') ? entry.stat.ctimeMs : entry.stat.mtimeMs;
  }

  private prefix(entry: Entry): string {
    const ino = this.options.has('i') ? `${String(entry.stat.ino).padStart(7)} ` : '';
    const blocks = this.options.has('s')
      ? `${String(Math.ceil(entry.stat.allocated / 1024)).padStart(6)} `
      : '';
    return ino + blocks;
  }

  private suffix({ stat }: Entry): string {
    if (stat.type === 'directory' && (this.options.has('p') || this.options.has('F'))) return '/';
    if (!this.options.has('F')) return '';
    if (stat.type === 'symlink') return '@';
    if (stat.type === 'fifo') return '|';
    return stat.type === 'file' && stat.mode & 0o111 ? '*' : '';
  }

  private longLines(entries: Entry[]): string[] {
    const { process } = this.self;
    const numeric = this.options.has('n');
    const now = process.clock.now();
    const users = new Map<number, string>();
    const groups = new Map<number, string>();
    const cached = (known: Map<number, string>, id: number, find: (id: number) => string | undefined) => {
      let name = known.get(id);
      if (name === undefined) {
        name = (numeric ? undefined : find(id)) ?? String(id);
        known.set(id, name);
      }
      return name;
    };
    const { gnu } = this.self;
    const widest = (texts: string[]) => Math.max(0, ...texts.map((text) => text.length));
    const sizeOf = ({ stat }: Entry) =>
      stat.type === 'device'
        ? `${stat.major}, ${stat.minor}`
        : this.options.has('h')
          ? humanSize(stat.size)
          : String(stat.size);
    // BusyBox has columns of fixed width, Debian's ls as wide as is needed.
    const widths = {
      links: gnu ? widest(entries.map(({ stat }) => String(stat.nlink))) + 1 : 5,
      user: gnu
        ? widest(entries.map(({ stat }) => cached(users, stat.uid, (uid) => userName(process, uid))))
        : 8,
      group: gnu
        ? widest(entries.map(({ stat }) => cached(groups, stat.gid, (gid) => groupName(process, gid))))
        : 8,
      size: gnu ? widest(entries.map(sizeOf)) : 9,
    };
    return entries.map((entry) => {
      const { stat } = entry;
      const user = cached(users, stat.uid, (uid) => userName(process, uid)).padEnd(widths.user);
      const group = cached(groups, stat.gid, (gid) => groupName(process, gid)).padEnd(widths.group);
      const size =
        stat.type === 'device' && !gnu
          ? `${String(stat.major).padStart(4)}, ${String(stat.minor).padStart(3)}`
          : sizeOf(entry).padStart(widths.size);
      const time = this.time(entry);
      const recent = now - time < 180 * 86_400_000 && time - now < 3_600_000;
      const date = this.options.has('e')
        ? formatDate('%a %b %e %H:%M:%S %Y', time, process)
        : formatDate(recent ? '%b %e %H:%M' : '%b %e  %Y', time, process);
      const target = stat.type === 'symlink' ? ` -> ${process.files.readlink(entry.path)}` : '';
      const owner = `${this.options.has('g') ? '' : `${user} `}${this.options.has('o') ? '' : `${group} `}`;
      return `${this.prefix(entry)}${modeText(stat)}${String(stat.nlink).padStart(widths.links)} ${owner}${size} ${date} ${entry.name}${target}${this.suffix(entry)}`;
    });
  }

  private async inColumns(names: string[]): Promise<void> {
    const width = Math.max(0, ...names.map((name) => name.length)) + 2;
    const perLine = Math.max(1, Math.floor(this.columns / width));
    const across = this.options.has('x');
    const rows = Math.ceil(names.length / perLine);
    for (let row = 0; row < rows; row++) {
      let line = '';
      for (let column = 0; column < perLine; column++) {
        const name = names[across ? row * perLine + column : column * rows + row];
        if (name === undefined) break;
        line = line.padEnd(column * width) + name;
      }
      await this.self.print(`${line}\n`);
    }
  }
}

/** `1.5K`, `12M`: three digits, as BusyBox does. */
export function humanSize(bytes: number): string {
  if (bytes < 1024) return String(bytes);
  let value = bytes;
  for (const unit of ['K', 'M', 'G', 'T', 'P']) {
    value /= 1024;
    if (value < 1024 || unit === 'P') return `${value.toFixed(1)}${unit}`;
  }
  return String(bytes);
}
