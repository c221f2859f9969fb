import type { OpenFile } from '../../files/open-file';
import { type Utility, utility } from './utility';

const suffixes: Record<string, number> = {
  '': 1,
  b: 512,
  k: 1024,
  K: 1024,
  m: 1 << 20,
  M: 1 << 20,
  g: 1 << 30,
  G: 1 << 30,
};

/** `10`, `2k`; throws the utility's `invalid number` fault. */
export function count(self: Utility, text: string): number {
  const match = /^(\d+)([bkKmMgG]?)$/.exec(text);
  if (!match) return self.fail(`invalid number '${text}'`);
  return Number(match[1]) * (suffixes[match[2] as string] ?? 1);
}

/** A number from `least` to `most`; throws the utility's fault in BusyBox' words (xatou_range). */
export function countWithin(self: Utility, text: string, least: number, most: number): number {
  const value = count(self, text);
  if (value >= least && value <= most) return value;
  return self.fail(`number ${text} is not in ${least}..${most} range`);
}

/** `-5` is `-n 5`. */
function oldStyle(args: string[]): string[] {
  return args.flatMap((arg, index) => (index === 0 && /^-\d+$/.test(arg) ? ['-n', arg.slice(1)] : [arg]));
}

export const head = utility(
  'head',
  '[OPTIONS] [FILE]...\n\nPrint first 10 lines of FILEs (or stdin) to stdout.',
  async (self) => {
    const options = self.options('n:c:qv', {}, oldStyle(self.args));
    const bytes = options.has('c');
    const wanted = options.value('c') ?? options.value('n') ?? '10';
    const fromEnd = wanted.startsWith('-');
    const amount = count(self, wanted.replace(/^-/, ''));
    const files = options.operands.length > 0 ? options.operands : ['-'];
    const titles = (files.length > 1 && !options.has('q')) || options.has('v');
    let first = true;
    for (const path of files) {
      const file = await self.open(path, path);
      if (!file) continue;
      if (titles) await self.print(`${first ? '' : '\n'}==> ${path === '-' ? 'standard input' : path} <==\n`);
      first = false;
      try {
        if (fromEnd) await headButLast(self, file, amount, bytes);
        else await headFirst(self, file, amount, bytes);
      } finally {
        file.release();
      }
    }
  },
);

async function headFirst(self: Utility, file: OpenFile, amount: number, bytes: boolean): Promise<void> {
  let left = amount;
  while (left > 0) {
    const data = await self.readSome(file, bytes ? Math.min(left, 65_536) : 4096);
    if (data.length === 0) return;
    if (bytes) {
      left -= data.length;
      await self.process.write(1, data);
      continue;
    }
    let end = 0;
    while (left > 0) {
      const newline = data.indexOf(10, end);
      if (newline < 0) {
        end = data.length;
        break;
      }
      end = newline + 1;
      left--;
    }
    await self.flush();
    await self.process.write(1, data.subarray(0, end));
  }
}

async function headButLast(self: Utility, file: OpenFile, amount: number, bytes: boolean): Promise<void> {
  const text = await self.readAll(file);
  if (bytes) {
    await self.print(text.slice(0, Math.max(0, text.length - amount)));
    return;
  }
  const lines = text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
  await self.print(lines.slice(0, Math.max(0, lines.length - amount)).join(''));
}

export const tail = utility(
  'tail',
  '[OPTIONS] [FILE]...\n\nPrint last 10 lines of FILEs (or stdin) to stdout.',
  async (self) => {
    const args = self.args.flatMap((arg, index) =>
      index === 0 && /^[-+]\d+$/.test(arg) ? ['-n', arg] : [arg],
    );
    const options = self.options('fFqvn:c:s:', {}, args);
    const bytes = options.has('c');
    const wanted = options.value('c') ?? options.value('n') ?? '10';
    const fromStart = wanted.startsWith('+');
    const amount = count(self, wanted.replace(/^[-+]/, ''));
    const paths = options.operands.length > 0 ? options.operands : ['-'];
    const titles = (paths.length > 1 && !options.has('q')) || options.has('v');
    const retry = options.has('F');
    const followed: Followed[] = [];
    let first = true;
    for (const path of paths) {
      const file = await self.open(path, retry ? `can't open '${path}'` : `can't open '${path}'`);
      if (!file) {
        if (retry) followed.push({ path, file: undefined });
        continue;
      }
      if (titles) await self.print(`${first ? '' : '\n'}==> ${path === '-' ? 'standard input' : path} <==\n`);
      first = false;
      if (fromStart) await tailFrom(self, file, amount, bytes);
      else await tailLast(self, file, amount, bytes);
      followed.push({ path, file });
    }
    await self.flush();
    if (!options.has('f') && !retry) return;
    if (followed.length === 0) self.fail('no files');
    const follower = new Follower(self, followed, titles, retry, Number(options.value('s') ?? 1) * 1000);
    await follower.run();
  },
);

async function tailFrom(self: Utility, file: OpenFile, amount: number, bytes: boolean): Promise<void> {
  let skip = Math.max(0, amount - 1);
  for (let data = await self.readSome(file); data.length > 0; data = await self.readSome(file)) {
    let start = 0;
    if (bytes) {
      start = Math.min(skip, data.length);
      skip -= start;
    }
    while (!bytes && skip > 0) {
      const newline = data.indexOf(10, start);
      if (newline < 0) {
        start = data.length;
        break;
      }
      start = newline + 1;
      skip--;
    }
    await self.flush();
    await self.process.write(1, data.subarray(start));
  }
}

async function tailLast(self: Utility, file: OpenFile, amount: number, bytes: boolean): Promise<void> {
  let kept: Uint8Array = new Uint8Array(0);
  for (let data = await self.readSome(file); data.length > 0; data = await self.readSome(file)) {
    kept = kept.length === 0 ? data : Buffer.concat([kept, data]);
    // Bytes that can no longer be among the last go; a file without newlines is held whole, in memory that counts.
    if (kept.length > 1 << 18) kept = lastPart(kept, amount, bytes);
    if (kept.length > 1 << 18) self.process.setMemory(2 * kept.length);
  }
  await self.flush();
  await self.process.write(1, lastPart(kept, amount, bytes));
}

function lastPart(data: Uint8Array, amount: number, bytes: boolean): Uint8Array {
  if (bytes) return data.subarray(Math.max(0, data.length - amount));
  if (amount === 0) return data.subarray(data.length);
  let position = data.length - 1;
  for (let left = amount; left > 0; left--) {
    position = position <= 0 ? -1 : data.lastIndexOf(10, position - 1);
    if (position < 0) return data;
  }
  return data.subarray(position + 1);
}

interface Followed {
  path: string;
  file: OpenFile | undefined;
}

/** tail -f: what is added to the files, until it is killed. -F also follows names to new files. */
class Follower {
  private shown: string | undefined;

  constructor(
    private readonly self: Utility,
    private readonly files: Followed[],
    private readonly titles: boolean,
    private readonly retry: boolean,
    private readonly intervalMs: number,
  ) {
    this.shown = files[files.length - 1]?.path;
  }

  async run(): Promise<never> {
    for (;;) {
      for (const followed of this.files) await this.copy(followed);
      await this.waitForChange();
      if (this.retry) for (const followed of this.files) await this.reopen(followed);
    }
  }

  private async copy({ path, file }: Followed): Promise<void> {
    if (!file) return;
    if (file.kind === 'file' && file.stat().size < file.seek(0, 'current')) file.seek(0, 'start');
    for (;;) {
      const turn = this.self.process.checkpoint();
      if (turn) await turn;
      const data = file.read(65_536);
      if (!data || data.length === 0) return;
      if (this.titles && this.shown !== path) await this.self.process.write(1, `\n==> ${path} <==\n`);
      this.shown = path;
      await this.self.process.write(1, data);
    }
  }

  private waitForChange(): Promise<void> {
    const { process } = this.self;
    return process.block<void>((done) => {
      const ends = this.files.flatMap(({ file }) => (file ? [file.onReady('read', done)] : []));
      if (this.retry) {
        const timer = process.clock.after(this.intervalMs, done);
        ends.push(() => timer.cancel());
      }
      return () => {
        for (const end of ends) end();
      };
    });
  }

  private async reopen(followed: Followed): Promise<void> {
    const { process } = this.self;
    const now = process.files.tryStat(followed.path);
    if (now && followed.file?.stat().ino === now.ino) return;
    if (!now) {
      if (followed.file && followed.file.stat().nlink === 0) {
        await process.write(2, `tail: ${followed.path}: No such file or directory\n`);
        followed.file.release();
        followed.file = undefined;
      }
      return;
    }
    const before = followed.file;
    try {
      followed.file = process.files.open(followed.path, 'r');
      await process.write(
        2,
        before
          ? `tail: ${followed.path} has been replaced; following end of new file\n`
          : `tail: ${followed.path} has appeared; following end of new file\n`,
      );
    } catch {
      return;
    }
    before?.release();
  }
}
