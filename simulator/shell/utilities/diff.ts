import { errorText } from '../../files/error-text';
import { FileError } from '../../files/file-system';
import { type Change, lineChanges } from './line-difference';
import { baseName, joinPath } from './path-names';
import { type Options, type Utility, utility } from './utility';

const usage = `[-abBdiNqrTstw] [-L LABEL] [-S FILE] [-U LINES] FILE1 FILE2

Compare files line by line and output the differences between them.
This implementation supports unified diffs only.`;

interface Side {
  path: string;
  label: string;
  lines: string[];
  /** The last line has no newline. */
  open: boolean;
  binary: boolean;
}

/** BusyBox diff: unified output only. 0: no difference, 1: some, 2: trouble. */
export const diff = utility('diff', usage, async (self) => {
  const options = self.options('abBdiL:NqrsS:tTU:wu', { unified: 'u', recursive: 'r', brief: 'q' });
  const [first, second, more] = options.operands;
  if (first === undefined || second === undefined || more !== undefined) throw self.usageFault();
  const { files } = self.process;
  const isFolder = (path: string) => path !== '-' && files.tryStat(path)?.type === 'directory';
  const [a, b] = [isFolder(first), isFolder(second)];
  if (a && b) return compareFolders(self, options, first, second);
  return compareFiles(
    self,
    options,
    a ? joinPath(first, baseName(second)) : first,
    b ? joinPath(second, baseName(first)) : second,
  );
});

async function compareFolders(self: Utility, options: Options, a: string, b: string): Promise<number> {
  const { files } = self.process;
  const listed = (folder: string) => (options.has('r') ? filesBelow(self, folder, '') : files.list(folder));
  const names = [...new Set([...listed(a), ...listed(b)])].sort();
  let status = 0;
  for (const name of names) {
    const [left, right] = [joinPath(a, name), joinPath(b, name)];
    const [one, other] = [files.tryStat(left), files.tryStat(right)];
    if (one?.type === 'directory' && other?.type === 'directory')
      await self.print(`Common subdirectories: ${left} and ${right}\n`);
    else if (!options.has('N') && (!one || !other)) {
      await self.print(`Only in ${one ? a : b}: ${name}\n`);
      status = Math.max(status, 1);
    } else if (one && other && one.type !== other.type) {
      const kind = (type: string) => (type === 'directory' ? 'directory' : 'regular file');
      await self.print(`File ${left} is a ${kind(one.type)} while file ${right} is a ${kind(other.type)}\n`);
      status = Math.max(status, 1);
    } else {
      const [from, to] = [one ? left : '/dev/null', other ? right : '/dev/null'];
      status = Math.max(status, await compareFiles(self, options, from, to));
    }
  }
  return status;
}

/** Paths of the files below a folder, relative to it. */
function filesBelow(self: Utility, folder: string, prefix: string): string[] {
  const { files } = self.process;
  return files.list(folder).flatMap((name) => {
    const path = joinPath(folder, name);
    const isFolder = files.tryStat(path)?.type === 'directory';
    return isFolder ? filesBelow(self, path, `${prefix}${name}/`) : [prefix + name];
  });
}

async function compareFiles(self: Utility, options: Options, a: string, b: string): Promise<number> {
  const [labelA, labelB] = options.values('L');
  const left = await readSide(self, options, a, labelA ?? a);
  const right = left && (await readSide(self, options, b, labelB ?? b));
  if (!left || !right) return 2;
  const key = (line: string) => normalize(options, line);
  const keys = (side: Side) =>
    side.lines.map((line, index) => key(line) + (side.open && index === side.lines.length - 1 ? '\0' : ''));
  const all = await lineChanges(keys(left), keys(right), () => self.process.checkpoint());
  const blank = (side: Side, from: number, to: number) =>
    side.lines.slice(from, to).every((line) => line === '');
  const changes = options.has('B')
    ? all.filter(({ fromA, toA, fromB, toB }) => !blank(left, fromA, toA) || !blank(right, fromB, toB))
    : all;
  if (changes.length === 0) {
    if (options.has('s')) await self.print(`Files ${a} and ${b} are identical\n`);
    return 0;
  }
  if (options.has('q') || ((left.binary || right.binary) && !options.has('a'))) {
    await self.print(`Files ${a} and ${b} differ\n`);
    return 1;
  }
  const context = Number(options.value('U') ?? 3);
  await self.print(`--- ${left.label}\n+++ ${right.label}\n`);
  for (const group of hunks(changes, context)) await self.print(hunkText(group, context, left, right));
  return 1;
}

async function readSide(
  self: Utility,
  options: Options,
  path: string,
  label: string,
): Promise<Side | undefined> {
  let text = '';
  const stat = path === '-' ? undefined : self.process.files.tryStat(path);
  if (path === '-' || stat || !options.has('N')) {
    try {
      const file = path === '-' ? await self.open('-') : await self.process.open(path, 'r');
      if (file) text = await self.readAll(file);
      file?.release();
    } catch (error) {
      if (!(error instanceof FileError)) throw error;
      await self.warn(`can't stat '${path}': ${errorText(error)}`, 2);
      return undefined;
    }
  }
  const lines = text.split('\n');
  const open = lines.at(-1) !== '';
  if (!open) lines.pop();
  return { path, label, lines, open, binary: text.includes('\0') };
}

function normalize(options: Options, line: string): string {
  let text = line;
  if (options.has('w')) text = text.replace(/\s+/g, '');
  else if (options.has('b')) text = text.replace(/\s+/g, ' ').replace(/ $/, '');
  return options.has('i') ? text.toLowerCase() : text;
}

/** Changes whose contexts touch share a hunk. */
function hunks(changes: Change[], context: number): Change[][] {
  const groups: Change[][] = [];
  for (const change of changes) {
    const group = groups.at(-1);
    const last = group?.at(-1);
    if (group && last && change.fromA - last.toA <= 2 * context) group.push(change);
    else groups.push([change]);
  }
  return groups;
}

function hunkText(group: Change[], context: number, left: Side, right: Side): string {
  const first = group[0] as Change;
  const last = group.at(-1) as Change;
  const before = Math.min(context, first.fromA, first.fromB);
  const after = Math.min(context, left.lines.length - last.toA, right.lines.length - last.toB);
  const range = (from: number, to: number) =>
    from === to ? `${from},0` : to - from === 1 ? `${to}` : `${from + 1},${to - from}`;
  const out = [
    `@@ -${range(first.fromA - before, last.toA + after)} +${range(first.fromB - before, last.toB + after)} @@\n`,
  ];
  const show = (sign: string, side: Side, from: number, to: number) => {
    for (let i = from; i < to; i++) {
      out.push(`${sign}${side.lines[i]}\n`);
      if (side.open && i === side.lines.length - 1) out.push('\\ No newline at end of file\n');
    }
  };
  let place = first.fromA - before;
  for (const { fromA, toA, fromB, toB } of group) {
    show(' ', left, place, fromA);
    show('-', left, fromA, toA);
    show('+', right, fromB, toB);
    place = toA;
  }
  show(' ', left, place, last.toA + after);
  return out.join('');
}
