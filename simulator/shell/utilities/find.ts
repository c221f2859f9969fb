import type { InodeStat } from '../../files/inode';
import { foldCase } from '../bounded-regexp';
import { patternSource } from '../expand/pattern';
import { parseMode } from './mode-text';
import { baseName, joinPath } from './path-names';
import { compileRegExp } from './regular-expression';
import { start, waitThrough } from './running';
import { findGroup, findUser } from './users';
import { type Utility, utility } from './utility';

interface Visit {
  path: string;
  name: string;
  depth: number;
  stat: InodeStat;
  prune: boolean;
}

type Test = (visit: Visit) => Promise<boolean> | boolean;

export const find = utility(
  'find',
  '[-HL] [PATH]... [OPTIONS] [ACTIONS]\n\nSearch for files and perform actions on them.',
  async (self) => {
    const args = self.args;
    let index = 0;
    let follow = false;
    let followFirst = false;
    for (; args[index] === '-L' || args[index] === '-H' || args[index] === '-P'; index++) {
      follow = args[index] === '-L';
      followFirst = args[index] === '-H';
    }
    const paths: string[] = [];
    for (; index < args.length && !/^[-(!]/.test(args[index] as string); index++)
      paths.push(args[index] as string);
    const search = new Search(self, args.slice(index), follow, followFirst);
    const test = search.parse();
    for (const path of paths.length > 0 ? paths : ['.'])
      await search.walk(path, path === '' ? '' : baseName(path), 0, test);
    await search.finish();
  },
);

class Search {
  private index = 0;
  private acts = false;
  private depthFirst = false;
  private minDepth = 0;
  private maxDepth = Number.MAX_SAFE_INTEGER;
  private device: number | undefined;
  private stopped = false;
  private readonly gathered: { argv: string[]; paths: string[] }[] = [];

  constructor(
    private readonly self: Utility,
    private readonly words: string[],
    private readonly follow: boolean,
    /** -H: links of the command line only. */
    private readonly followFirst: boolean,
  ) {}

  parse(): Test {
    const test = this.words.length > 0 ? this.or() : () => true;
    const extra = this.words[this.index];
    if (extra !== undefined) this.self.fail(`bad arg '${extra}'`);
    if (this.acts) return test;
    return async (visit) => (await test(visit)) && this.print(visit.path, '\n');
  }

  async walk(path: string, name: string, depth: number, test: Test): Promise<void> {
    const { process } = this.self;
    const turn = process.checkpoint();
    if (turn) await turn;
    if (this.stopped) return;
    let stat: InodeStat;
    try {
      stat =
        process.files.tryStat(path, this.follow || (this.followFirst && depth === 0)) ??
        process.files.stat(path, false);
    } catch (error) {
      await this.self.warnError(path, error);
      return;
    }
    if (depth === 0) this.device = stat.device;
    const visit: Visit = { path, name, depth, stat, prune: false };
    const visits = depth >= this.minDepth;
    if (visits && !this.depthFirst) await test(visit);
    if (stat.type === 'directory' && !visit.prune && depth < this.maxDepth && !this.stopped) {
      try {
        for (const child of process.files.list(path))
          await this.walk(joinPath(path, child), child, depth + 1, test);
      } catch (error) {
        await this.self.warnError(path, error);
      }
    }
    if (visits && this.depthFirst) await test(visit);
  }

  async finish(): Promise<void> {
    for (const { argv, paths } of this.gathered)
      if (paths.length > 0) await this.execute([...argv, ...paths]);
  }

  private or(): Test {
    let left = this.and();
    while (this.words[this.index] === '-o' || this.words[this.index] === '-or') {
      this.index++;
      const first = left;
      const right = this.and();
      left = async (visit) => (await first(visit)) || right(visit);
    }
    return left;
  }

  private and(): Test {
    let left = this.not();
    for (;;) {
      const word = this.words[this.index];
      if (word === undefined || word === '-o' || word === '-or' || word === ')') return left;
      if (word === '-a' || word === '-and') this.index++;
      const first = left;
      const right = this.not();
      left = async (visit) => (await first(visit)) && right(visit);
    }
  }

  private not(): Test {
    if (this.words[this.index] === '!' || this.words[this.index] === '-not') {
      this.index++;
      const inner = this.not();
      return async (visit) => !(await inner(visit));
    }
    return this.primary();
  }

  private value(option: string): string {
    return this.words[this.index++] ?? this.self.fail(`${option} requires an argument`);
  }

  private depth(option: string): number {
    const text = this.value(option);
    return /^\d+$/.test(text) ? Number(text) : this.self.fail(`invalid number '${text}'`);
  }

  private primary(): Test {
    const word = this.words[this.index++];
    if (word === undefined) return this.self.fail('unexpected end');
    const { self } = this;
    const glob = (text: string, fold = false) =>
      new RegExp(`^${fold ? foldCase(patternSource(text)) : patternSource(text)}$`);
    switch (word) {
      case '(': {
        const inner = this.or();
        if (this.words[this.index++] !== ')') self.fail("unpaired '('");
        return inner;
      }
      case '-name':
      case '-iname': {
        const expression = glob(this.value(word), word === '-iname');
        return ({ name }) => expression.test(name);
      }
      case '-path':
      case '-ipath':
      case '-wholename': {
        const expression = glob(this.value(word), word === '-ipath');
        return ({ path }) => expression.test(path);
      }
      case '-regex': {
        const expression = compileRegExp(this.value(word), { extended: false });
        return ({ path }) => {
          const found = expression.exec(path);
          return found?.index === 0 && found[0].length === path.length;
        };
      }
      case '-type': {
        const letters = this.value(word);
        if (!/^[fdlbcsp](,[fdlbcsp])*$/.test(letters)) self.fail(`invalid argument '${letters}' to '-type'`);
        const letter: Record<string, string> = {
          file: 'f',
          directory: 'd',
          symlink: 'l',
          fifo: 'p',
          device: 'c',
        };
        return ({ stat }) => letters.split(',').includes(letter[stat.type] ?? '');
      }
      case '-maxdepth':
        this.maxDepth = this.depth(word);
        return () => true;
      case '-mindepth':
        this.minDepth = this.depth(word);
        return () => true;
      case '-depth':
        this.depthFirst = true;
        return () => true;
      case '-xdev':
      case '-mount':
        return (visit) => {
          if (visit.stat.device !== this.device) visit.prune = true;
          return true;
        };
      case '-prune':
        return (visit) => {
          visit.prune = true;
          return true;
        };
      case '-empty':
        return ({ stat, path }) =>
          stat.type === 'directory'
            ? self.process.files.list(path).length === 0
            : stat.type === 'file' && stat.size === 0;
      case '-size': {
        const match = /^([-+]?)(\d+)([ckbwMG]?)$/.exec(this.value(word));
        if (!match) return self.fail('invalid number');
        const unit =
          { c: 1, k: 1024, b: 512, w: 2, M: 1 << 20, G: 1 << 30, '': 512 }[match[3] as string] ?? 512;
        return ({ stat }) => compare(Math.ceil(stat.size / unit), match[1] as string, Number(match[2]));
      }
      case '-mtime':
      case '-mmin':
      case '-atime':
      case '-amin':
      case '-ctime':
      case '-cmin': {
        const match = /^([-+]?)(\d+)$/.exec(this.value(word));
        if (!match) return self.fail('invalid number');
        const unit = word.endsWith('min') ? 60_000 : 86_400_000;
        const field = ({ m: 'mtimeMs', a: 'atimeMs', c: 'ctimeMs' } as const)[word[1] as 'm' | 'a' | 'c'];
        return ({ stat }) =>
          compare(
            Math.floor((self.process.clock.now() - stat[field]) / unit),
            match[1] as string,
            Number(match[2]),
          );
      }
      case '-newer': {
        const reference = self.process.files.stat(this.value(word)).mtimeMs;
        return ({ stat }) => stat.mtimeMs > reference;
      }
      case '-user': {
        const text = this.value(word);
        const user = findUser(self.process, text) ?? self.fail(`unknown user ${text}`);
        return ({ stat }) => stat.uid === user.uid;
      }
      case '-group': {
        const text = this.value(word);
        const gid = findGroup(self.process, text) ?? self.fail(`unknown group ${text}`);
        return ({ stat }) => stat.gid === gid;
      }
      case '-perm': {
        const text = this.value(word);
        const bits = parseMode(text.replace(/^[-/]/, ''), 0, false, 0) ?? self.fail(`invalid mode '${text}'`);
        if (text.startsWith('-')) return ({ stat }) => (stat.mode & bits) === bits;
        return text.startsWith('/')
          ? ({ stat }) => (stat.mode & bits) !== 0
          : ({ stat }) => stat.mode === bits;
      }
      case '-inum': {
        const inode = Number(this.value(word));
        return ({ stat }) => stat.ino === inode;
      }
      case '-samefile': {
        const same = self.process.files.stat(this.value(word));
        return ({ stat }) => stat.ino === same.ino && stat.device === same.device;
      }
      case '-executable':
        return ({ path }) => self.process.files.access(path, 1);
      case '-links': {
        const match = /^([-+]?)(\d+)$/.exec(this.value(word)) ?? self.fail('invalid number');
        return ({ stat }) => compare(stat.nlink, match[1] as string, Number(match[2]));
      }
      case '-true':
        return () => true;
      case '-false':
        return () => false;
      case '-print':
        this.acts = true;
        return ({ path }) => this.print(path, '\n');
      case '-print0':
        this.acts = true;
        return ({ path }) => this.print(path, '\0');
      case '-quit':
        this.acts = true;
        return () => {
          this.stopped = true;
          return true;
        };
      case '-delete': {
        this.acts = true;
        this.depthFirst = true;
        return async ({ path, stat, depth }) => {
          if (depth === 0 && path === '.') return true;
          try {
            if (stat.type === 'directory') self.process.files.rmdir(path);
            else self.process.files.unlink(path);
            return true;
          } catch (error) {
            await self.warnError(path, error);
            return false;
          }
        };
      }
      case '-exec':
      case '-ok':
        return this.exec();
      default:
        return self.fail(`unrecognized: ${word}`);
    }
  }

  private exec(): Test {
    this.acts = true;
    const argv: string[] = [];
    for (;;) {
      const word = this.words[this.index++];
      if (word === undefined) return this.self.fail("unterminated ';' or '+'");
      if (word === ';') break;
      if (word === '+' && argv.at(-1) === '{}') {
        const batch = { argv: argv.slice(0, -1), paths: [] as string[] };
        this.gathered.push(batch);
        return ({ path }) => {
          batch.paths.push(path);
          return true;
        };
      }
      argv.push(word);
    }
    return ({ path }) => this.execute(argv.map((word) => word.replaceAll('{}', path)));
  }

  private async execute(argv: string[]): Promise<boolean> {
    await this.self.flush();
    const child = await start(this.self, argv);
    if (typeof child === 'number') return false;
    return (await waitThrough(this.self.process, child)).code === 0;
  }

  private async print(path: string, ending: string): Promise<boolean> {
    await this.self.print(path + ending);
    return true;
  }
}

function compare(value: number, sign: string, wanted: number): boolean {
  return sign === '+' ? value > wanted : sign === '-' ? value < wanted : value === wanted;
}
