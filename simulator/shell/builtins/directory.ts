import { errorText } from '../../files/error-text';
import type { Shell } from '../execute/shell';
import type { Builtin } from './builtin';
import { usageFault } from './control';

/** cd(1): logical by default, `..` goes back the way one came. */
const cd: Builtin = (shell, args) => {
  let physical = false;
  let index = 0;
  for (; /^-[LP]+$/.test(args[index] ?? ''); index++) physical = (args[index] as string).endsWith('P');
  if (args[index] === '--') index++;
  let target = args[index] ?? shell.get('HOME') ?? '';
  let print = false;
  if (shell.dialect === 'bash' && args.length > index + 1) {
    shell.error('too many arguments');
    return 1;
  }
  if (target === '-') {
    if (shell.dialect === 'bash' && shell.get('OLDPWD') === undefined) {
      shell.error('OLDPWD not set');
      return 1;
    }
    target = shell.get('OLDPWD') ?? '';
    print = true;
  }
  if (args[index] === undefined && target === '') return 0;
  const { process } = shell;
  const candidates = [target];
  const cdpath = shell.get('CDPATH');
  if (cdpath !== undefined && !/^\.{0,2}(\/|$)/.test(target)) {
    candidates.unshift(...cdpath.split(':').map((base) => `${base === '' ? '.' : base}/${target}`));
  }
  let failure: unknown;
  for (const candidate of candidates) {
    try {
      const logical = candidate.startsWith('/')
        ? candidate
        : `${shell.get('PWD') ?? process.cwd}/${candidate}`;
      const path = physical ? process.files.realpath(candidate) : normalize(logical);
      const stat = process.files.stat(physical ? path : candidate === '' ? '.' : candidate);
      if (stat.type !== 'directory') throw Object.assign(new Error(), { code: 'ENOTDIR' });
      if (!process.files.access(path, 1)) throw Object.assign(new Error(), { code: 'EACCES' });
      shell.set('OLDPWD', shell.get('PWD') ?? process.cwd);
      shell.mark('OLDPWD', 'exported');
      process.cwd = path;
      shell.set('PWD', path);
      shell.mark('PWD', 'exported');
      if (print || candidate !== target) shell.print(1, `${path}\n`);
      return 0;
    } catch (error) {
      failure = error;
    }
  }
  shell.error(`can't cd to ${target}: ${errorText(failure)}`);
  return shell.dialect === 'bash' ? 1 : 2;
};

function normalize(path: string): string {
  const names: string[] = [];
  for (const name of path.split('/')) {
    if (name === '..') names.pop();
    else if (name !== '' && name !== '.') names.push(name);
  }
  return `/${names.join('/')}`;
}

const pwd: Builtin = (shell, args) => {
  const path = args.includes('-P')
    ? shell.process.files.realpath('.')
    : (shell.get('PWD') ?? shell.process.cwd);
  shell.print(1, `${path}\n`);
  return 0;
};

const umask: Builtin = (shell, args) => {
  const symbolic = args[0] === '-S';
  const mode = symbolic ? args[1] : args[0];
  const { process } = shell;
  if (mode === undefined) {
    const text = symbolic ? symbolicMask(process.umask) : process.umask.toString(8).padStart(4, '0');
    shell.print(1, `${text}\n`);
    return 0;
  }
  if (/^[0-7]+$/.test(mode)) process.umask = Number.parseInt(mode, 8) & 0o777;
  else {
    const parsed = applySymbolic(~process.umask & 0o777, mode);
    if (parsed === undefined) return usageFault(shell, `illegal mode: ${mode}`);
    process.umask = ~parsed & 0o777;
  }
  return 0;
};

function symbolicMask(umask: number): string {
  const bits = ~umask & 0o777;
  const part = (shift: number) => {
    const value = (bits >> shift) & 7;
    return `${value & 4 ? 'r' : ''}${value & 2 ? 'w' : ''}${value & 1 ? 'x' : ''}`;
  };
  return `u=${part(6)},g=${part(3)},o=${part(0)}`;
}

function applySymbolic(start: number, text: string): number | undefined {
  let mode = start;
  for (const clause of text.split(',')) {
    const match = /^([ugoa]*)([-+=])([rwx]*)$/.exec(clause);
    if (!match) return undefined;
    const who = match[1] === '' || match[1]?.includes('a') ? 'ugo' : (match[1] as string);
    let bits = 0;
    for (const letter of match[3] as string) bits |= { r: 4, w: 2, x: 1 }[letter] ?? 0;
    for (const each of who) {
      const shift = { u: 6, g: 3, o: 0 }[each] ?? 0;
      if (match[2] === '+') mode |= bits << shift;
      else if (match[2] === '-') mode &= ~(bits << shift);
      else mode = (mode & ~(7 << shift)) | (bits << shift);
    }
  }
  return mode;
}

const limits: [string, string, string][] = [
  ['c', 'core file size (blocks)', '0'],
  ['d', 'data seg size (kb)', 'unlimited'],
  ['e', 'scheduling priority', '0'],
  ['f', 'file size (blocks)', 'unlimited'],
  ['i', 'pending signals', '96365'],
  ['l', 'max locked memory (kb)', '8192'],
  ['m', 'max memory size (kb)', 'unlimited'],
  ['n', 'open files', '1048576'],
  ['q', 'POSIX message queues (bytes)', '819200'],
  ['r', 'real-time priority', '0'],
  ['s', 'stack size (kb)', '8192'],
  ['t', 'cpu time (seconds)', 'unlimited'],
  ['u', 'max user processes', 'unlimited'],
  ['v', 'virtual memory (kb)', 'unlimited'],
  ['x', 'file locks', 'unlimited'],
];

const ulimit: Builtin = (shell: Shell, args) => {
  const letters = args
    .filter((arg) => arg.startsWith('-'))
    .join('')
    .replace(/-/g, '');
  if (letters.includes('a')) {
    for (const [letter, name, value] of limits) shell.print(1, `${name.padEnd(32)}(-${letter}) ${value}\n`);
    return 0;
  }
  const wanted = letters.replace(/[HS]/g, '') || 'f';
  const value = args.find((arg) => !arg.startsWith('-'));
  for (const letter of wanted) {
    const limit = limits.find(([known]) => known === letter);
    if (!limit) {
      shell.print(2, `ulimit: invalid option -- '${letter}'\n`);
      return 1;
    }
    if (value !== undefined) limitsOf(shell).set(letter, value);
    else shell.print(1, `${limitsOf(shell).get(letter) ?? limit[2]}\n`);
  }
  return 0;
};

const setLimits = new WeakMap<Shell, Map<string, string>>();

function limitsOf(shell: Shell): Map<string, string> {
  let own = setLimits.get(shell);
  if (!own) {
    own = new Map();
    setLimits.set(shell, own);
  }
  return own;
}

const dirs: Builtin = (shell, args) => {
  if (args[0] === '-c') {
    shell.directories.length = 0;
    return 0;
  }
  const home = shell.get('HOME');
  const short = (path: string) =>
    home !== undefined && (path === home || path.startsWith(`${home}/`))
      ? `~${path.slice(home.length)}`
      : path;
  const all = [shell.get('PWD') ?? shell.process.cwd, ...shell.directories].map(short);
  const lines = args.includes('-v') ? all.map((path, at) => `${String(at).padStart(2)}  ${path}`) : all;
  shell.print(1, `${lines.join(/^-[pv]$/.test(args[0] ?? '') ? '\n' : ' ')}\n`);
  return 0;
};

/** bash: `pushd DIR` goes there, `pushd` swaps the two on top. */
const pushd: Builtin = async (shell, args, word) => {
  const here = shell.get('PWD') ?? shell.process.cwd;
  const target = args[0] ?? shell.directories[0];
  if (target === undefined) {
    shell.error('no other directory');
    return 1;
  }
  if (/^[-+]\d+$/.test(target))
    return usageFault(shell, `The embedded cluster does not simulate ${word} ${target}; use cd.`, 1);
  const status = await cd(shell, [target], 'cd');
  if (status !== 0) return status;
  if (args[0] === undefined) shell.directories.shift();
  shell.directories.unshift(here);
  return dirs(shell, [], 'dirs');
};

const popd: Builtin = async (shell) => {
  const target = shell.directories[0];
  if (target === undefined) {
    shell.error('directory stack empty');
    return 1;
  }
  const status = await cd(shell, [target], 'cd');
  if (status !== 0) return status;
  shell.directories.shift();
  return dirs(shell, [], 'dirs');
};

export const directoryBuiltins: Record<string, Builtin> = { cd, chdir: cd, pwd, umask, ulimit };
export const directoryStackBuiltins: Record<string, Builtin> = { dirs, pushd, popd };
