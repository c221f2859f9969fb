import { FileError } from '../../files/file-system';
import type { OpenFile } from '../../files/open-file';
import type { Program } from '../../runtime/process';
import { type GrepPattern, grepPattern, wholeMatch } from './grep-patterns';
import { joinPath } from './path-names';
import { type Options, type Utility, utility } from './utility';

const usage =
  '[-HhnlLoqvsrRiwFEz] [-m N] [-A|B|C N] { PATTERN | -e PATTERN... | -f FILE... } [FILE]...\n\nSearch for PATTERN in FILEs (or stdin)';

function grepProgram(name: string, fixed: boolean, extended: boolean): Program {
  return utility(name, usage, async (self) => {
    const options = self.options(
      'EFGHhnlLoqvsrRiwxcazm:A:B:C:e:f:',
      {
        color: 'K',
        colour: 'K',
        include: 'I',
        'line-buffered': 'K',
        'extended-regexp': 'E',
        'fixed-strings': 'F',
        'ignore-case': 'i',
        'invert-match': 'v',
        count: 'c',
        quiet: 'q',
        silent: 'q',
        recursive: 'r',
        'line-number': 'n',
        'only-matching': 'o',
        'files-with-matches': 'l',
        'no-messages': 's',
        'word-regexp': 'w',
        'line-regexp': 'x',
        'max-count': 'm',
        regexp: 'e',
        file: 'f',
        'after-context': 'A',
        'before-context': 'B',
        context: 'C',
        'with-filename': 'H',
        'no-filename': 'h',
        text: 'a',
      },
      self.gnu ? contextNumbers(self.args) : self.args,
      2,
    );
    const operands = [...options.operands];
    let patterns = options.values('e').flatMap((pattern) => pattern.split('\n'));
    for (const path of options.values('f')) {
      const file = await self.open(path);
      if (!file) return 2;
      const text = (await self.readAll(file)).replace(/\n$/, '');
      if (text !== '') patterns = patterns.concat(text.split('\n'));
      file.release();
    }
    if (options.count('e') + options.count('f') === 0) {
      const pattern = operands.shift();
      if (pattern === undefined) throw self.usageFault(2);
      patterns = pattern.split('\n');
    }
    const isFixed = (fixed || options.has('F')) && !options.has('E');
    const isExtended = extended || options.has('E');
    const grep = new Grep(self, options, patterns, isFixed, isExtended);
    return grep.run(operands);
  });
}

/** GNU: `-5` is `-C 5`. */
function contextNumbers(args: string[]): string[] {
  return args.map((arg) => (/^-\d+$/.test(arg) ? `-C${arg.slice(1)}` : arg));
}

class Grep {
  private readonly patterns: GrepPattern[];
  private readonly whole: 'line' | 'word' | undefined;
  private readonly before: number;
  private readonly after: number;
  private found = false;
  private titled = false;

  constructor(
    private readonly self: Utility,
    private readonly options: Options,
    patterns: string[],
    fixed: boolean,
    extended: boolean,
  ) {
    const kind = { fixed, extended, ignoreCase: options.has('i') };
    // The last one is tried first.
    this.patterns = patterns.toReversed().map((pattern) => grepPattern(pattern, kind));
    this.whole = options.has('x') ? 'line' : options.has('w') ? 'word' : undefined;
    const context = Number(options.value('C') ?? 0);
    this.before = Number(options.value('B') ?? context);
    this.after = Number(options.value('A') ?? context);
  }

  async run(operands: string[]): Promise<number> {
    const recursive = this.options.has('r') || this.options.has('R');
    const paths = operands.length > 0 ? operands : [recursive && this.self.gnu ? '.' : '-'];
    this.titled = (paths.length > 1 || this.options.has('H')) && !this.options.has('h');
    for (const path of paths) {
      if (this.options.has('q') && this.found) break;
      if (recursive && this.self.process.files.tryStat(path)?.type === 'directory') {
        this.titled = !this.options.has('h');
        await this.directory(path);
      } else await this.file(path);
    }
    if (this.self.status === 2 && !(this.options.has('q') && this.found)) return 2;
    return this.found ? 0 : 1;
  }

  /** Links to files are followed, links to directories are not. */
  private async directory(path: string): Promise<void> {
    for (const name of this.self.process.files.list(path)) {
      const child = joinPath(path, name);
      if (this.self.process.files.tryStat(child, false)?.type === 'directory') await this.directory(child);
      else if (this.self.process.files.tryStat(child)?.type === 'file') await this.file(child);
    }
  }

  private async file(path: string): Promise<void> {
    let file: OpenFile | undefined;
    try {
      if (path === '-') {
        file = this.self.process.fds.get(0);
        file?.retain();
      } else file = await this.self.process.open(path, 'r');
      if (!file) return;
      await this.search(path === '-' ? '(standard input)' : path, file);
    } catch (error) {
      if (!(error instanceof FileError)) throw error;
      // A directory can be opened; that it cannot be read is not said.
      if (error.code === 'EISDIR' && !this.self.gnu) return;
      this.self.status = 2;
      if (!this.options.has('s')) await this.self.warnError(path, error, 2);
    } finally {
      file?.release();
    }
  }

  private async search(path: string, file: OpenFile): Promise<void> {
    const { self, options } = this;
    const limit = Number(options.value('m') ?? Number.MAX_SAFE_INTEGER);
    const invert = options.has('v');
    const quiet = options.has('q');
    const listing = options.has('l') || options.has('L') || options.has('c') || quiet;
    const title = this.titled ? path : '';
    const history: [number, string][] = [];
    let number = 0;
    let count = 0;
    let pendingAfter = 0;
    let lastPrinted = 0;
    const separator = options.has('z') ? '\0' : '\n';
    const line = async (at: number, text: string, mark: string) => {
      if (lastPrinted > 0 && at > lastPrinted + 1 && (this.before > 0 || this.after > 0))
        await self.print('--\n');
      lastPrinted = at;
      const where = (title === '' ? '' : title + mark) + (options.has('n') ? `${at}${mark}` : '');
      await self.print(`${where}${text}${separator}`);
    };
    search: for await (const { lines } of self.lines(file, separator)) {
      for (const text of lines) {
        number++;
        const turn = self.process.checkpoint();
        if (turn) await turn;
        const pattern = this.matching(text);
        const matched = (pattern !== undefined) !== invert;
        if (!matched) {
          if (pendingAfter > 0) {
            pendingAfter--;
            await line(number, text, '-');
          } else if (this.before > 0) {
            history.push([number, text]);
            if (history.length > this.before) history.shift();
          }
          continue;
        }
        if (count >= limit) break search;
        count++;
        this.found = this.found || !options.has('L');
        if (quiet || options.has('l')) break search;
        if (!listing) {
          for (const [at, earlier] of history.splice(0)) await line(at, earlier, '-');
          if (options.has('o') && pattern) await this.matches(pattern, title, number, text);
          else if (options.has('o')) continue;
          else await line(number, text, ':');
          pendingAfter = this.after;
        }
        if (count >= limit && pendingAfter === 0) break search;
      }
    }
    if (quiet) return;
    if (options.has('c')) await self.print(`${title === '' ? '' : `${title}:`}${count}\n`);
    else if (options.has('l') && count > 0) await self.print(`${path}\n`);
    else if (options.has('L') && count === 0) {
      this.found = true;
      await self.print(`${path}\n`);
    }
  }

  /** The first pattern that the line matches. */
  private matching(line: string): GrepPattern | undefined {
    const { whole } = this;
    return this.patterns.find((pattern) => (whole ? wholeMatch(pattern, line, whole) : pattern.test(line)));
  }

  private async matches(pattern: GrepPattern, title: string, number: number, text: string): Promise<void> {
    const prefix = `${title === '' ? '' : `${title}:`}${this.options.has('n') ? `${number}:` : ''}`;
    let found = this.whole ? wholeMatch(pattern, text, this.whole) : pattern.find(text, 0);
    while (found) {
      const [start, end] = found;
      if (end > start) await this.self.print(`${prefix}${text.slice(start, end)}\n`);
      if (end >= text.length) return;
      found = pattern.find(text, end > start ? end : end + 1);
    }
  }
}

export const grep = grepProgram('grep', false, false);
export const egrep = grepProgram('egrep', false, true);
export const fgrep = grepProgram('fgrep', true, false);
