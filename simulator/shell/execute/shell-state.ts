import { decode } from '../../files/byte-string';
import type { Process } from '../../runtime/process';
import { bashVersion, type Dialect } from '../dialect';
import { ArithmeticFault, type ArithmeticScope, evaluateArithmetic } from '../expand/arithmetic';
import type { Command } from '../syntax/ast';
import { elementOf, setElement } from './arrays';
import { optionLetters, type ShellOptions } from './options';

export interface Variable {
  value: string | undefined;
  exported: boolean;
  readonly: boolean;
  /** bash: an array, by key; `associative` says whether the keys are texts. */
  elements?: Map<string, string>;
  associative?: boolean;
  /** bash: `declare -i` */
  integer?: boolean;
  /** bash: `declare -l`, `declare -u` */
  letters?: 'lower' | 'upper';
}

/** bash: what `declare -p` writes behind `declare -`. */
export function attributeLetters(variable: Variable): string {
  return [
    variable.associative ? 'A' : variable.elements ? 'a' : '',
    variable.integer ? 'i' : '',
    variable.readonly ? 'r' : '',
    variable.exported ? 'x' : '',
    variable.letters === 'lower' ? 'l' : variable.letters === 'upper' ? 'u' : '',
  ].join('');
}

function copied(variable: Variable): Variable {
  return { ...variable, ...(variable.elements ? { elements: new Map(variable.elements) } : {}) };
}

const prompts: Record<Dialect, string> = { ash: '\\w \\$ ', dash: '\\$ ', bash: '\\s-\\v\\$ ' };

const machineType = 'x86_64-pc-linux-gnu';

/** A variable of this length is counted as memory of the shell. */
const noticeableBytes = 1 << 16;

/** An assignment to a variable that is read only. */
export class ReadOnlyFault extends Error {
  override readonly name = 'ReadOnlyFault';
}

/** `a[i]` in an arithmetic expression. */
const subscripted = /^(\w+)\[(.*)\]$/s;

const isVariableName = (name: string) => /^[A-Za-z_]\w*$/.test(name);

/** What a subshell inherits: variables, functions, options, parameters. */
export class ShellState {
  readonly variables = new Map<string, Variable>();
  readonly functions = new Map<string, Command>();
  readonly aliases = new Map<string, string>();
  readonly options: ShellOptions;
  /** bash: options of shopt that are on. */
  readonly shopt = new Set<string>();
  /** bash: where pushd came from, the latest first. */
  readonly directories: string[] = [];
  /** Signal name (or EXIT) to command; '' ignores. */
  readonly traps = new Map<string, string>();
  positional: string[] = [];
  argument0 = 'sh';
  lastStatus = 0;
  lastBackground: number | undefined;
  /** bash: the last word of the command before. */
  lastArgument: string | undefined;
  private subshellDepth = 0;
  /** Command substitutions around this shell: `set -x` of bash shows them. */
  substitutionDepth = 0;
  /** Line of the command that runs. */
  line = 0;
  /** `$$`: the pid of the outermost shell. */
  rootPid: number;
  /** Variables that `local` hides, per function call. */
  readonly scopes: Map<string, Variable | undefined>[] = [];
  /** Where getopts is within a group of letters. */
  getoptsOffset = 0;
  private readonly functionNames: string[] = [];
  private environmentCache: Map<string, string> | undefined;

  readonly arithmetic: ArithmeticScope = {
    get: (name) => (name.endsWith(']') ? this.element(name) : this.get(name)),
    set: (name, value) => {
      const [, array, subscript] = subscripted.exec(name) ?? [];
      if (array === undefined || subscript === undefined) this.set(name, value);
      else setElement(this, array, subscript, value);
    },
  };

  constructor(
    readonly process: Process,
    options: ShellOptions,
    readonly dialect: Dialect = 'ash',
  ) {
    this.options = options;
    this.rootPid = process.pid;
  }

  /** The inherited environment, and the variables a shell sets itself. */
  initialize(): void {
    for (const [name, value] of this.process.env) {
      if (isVariableName(name)) this.variables.set(name, { value, exported: true, readonly: false });
    }
    const preset = (name: string, value: string, exported = false) => {
      if (!this.variables.has(name)) this.variables.set(name, { value, exported, readonly: false });
    };
    this.variables.set('IFS', { value: ' \t\n', exported: false, readonly: false });
    this.variables.set('OPTIND', { value: '1', exported: false, readonly: false });
    this.variables.set('PPID', { value: String(this.process.ppid), exported: false, readonly: false });
    preset('PATH', '/sbin:/usr/sbin:/bin:/usr/bin');
    preset('PS1', prompts[this.dialect]);
    if (this.dialect === 'bash') preset('BASH_VERSION', bashVersion);
    if (this.dialect === 'bash') {
      preset('BASH', this.process.executable);
      const version = bashVersion.split(/[.()-]/).filter((part) => part !== '');
      this.presetArray('BASH_VERSINFO', [...version, machineType]);
    }
    preset('HOSTNAME', this.process.system.hostname);
    const level = Number(this.process.env.get('SHLVL') ?? 0) || 0;
    this.variables.set('SHLVL', { value: String(level + 1), exported: true, readonly: false });
    this.variables.set('FUNCNAME', { value: '', exported: false, readonly: false });
    preset('PS2', '> ');
    preset('PS4', '+ ');
    preset('PWD', this.process.cwd, true);
    const pwd = this.variables.get('PWD');
    if (pwd && pwd.value !== this.process.cwd) pwd.value = this.process.cwd;
  }

  /** bash: an array of the shell's own. */
  presetArray(name: string, values: readonly string[]): void {
    const elements = new Map(values.map((value, at) => [String(at), value]));
    this.variables.set(name, { value: undefined, exported: false, readonly: false, elements });
  }

  /** A copy for the process of a subshell. */
  forkInto(child: ShellState): void {
    for (const [name, variable] of this.variables) child.variables.set(name, copied(variable));
    for (const [name, body] of this.functions) child.functions.set(name, body);
    for (const [name, text] of this.aliases) child.aliases.set(name, text);
    for (const [signal, command] of this.traps) if (command === '') child.traps.set(signal, command);
    for (const option of this.shopt) child.shopt.add(option);
    child.directories.push(...this.directories);
    child.positional = this.positional;
    child.argument0 = this.argument0;
    child.lastStatus = this.lastStatus;
    child.lastBackground = this.lastBackground;
    child.lastArgument = this.lastArgument;
    child.subshellDepth = this.subshellDepth + 1;
    child.substitutionDepth = this.substitutionDepth;
    child.rootPid = this.rootPid;
    child.getoptsOffset = this.getoptsOffset;
    for (const scope of this.scopes) child.scopes.push(new Map(scope));
    child.functionNames.push(...this.functionNames);
    child.environmentCache = this.environmentCache;
  }

  get(name: string): string | undefined {
    if (name === 'RANDOM' && this.variables.get(name)?.value === undefined) {
      return String(Math.floor(Math.random() * 32_768));
    }
    if (name === 'LINENO') return String(Math.max(1, this.line));
    const variable = this.variables.get(name);
    return variable?.elements ? variable.elements.get('0') : (variable?.value ?? this.own(name));
  }

  /** Variables that bash works out when they are asked for. */
  private own(name: string): string | undefined {
    if (this.dialect !== 'bash') return undefined;
    const { process } = this;
    switch (name) {
      case 'SECONDS':
        return String(Math.floor((process.clock.now() - process.startedAtMs) / 1_000));
      case 'UID':
      case 'EUID':
        return String(process.uid);
      case 'BASHPID':
        return String(process.pid);
      case 'EPOCHSECONDS':
        return String(Math.floor(process.clock.now() / 1_000));
      case 'EPOCHREALTIME':
        return `${(process.clock.now() / 1_000).toFixed(3)}000`;
      case 'GROUPS':
        return String(process.gid);
      case 'BASH_SUBSHELL':
        return String(this.subshellDepth);
      case 'OSTYPE':
        return 'linux-gnu';
      case 'HOSTTYPE':
        return 'x86_64';
      case 'MACHTYPE':
        return machineType;
      case '_':
        return this.lastArgument;
      default:
        return undefined;
    }
  }

  private element(name: string): string | undefined {
    const [, array, subscript] = subscripted.exec(name) ?? [];
    if (this.dialect !== 'bash' || array === undefined || subscript === undefined)
      throw new ArithmeticFault('arithmetic syntax error');
    return elementOf(this, array, subscript);
  }

  /** Throws ReadOnlyFault. */
  set(name: string, value: string): void {
    if (value.length >= noticeableBytes) this.process.setMemory(this.variableBytes(name) + value.length);
    const variable = this.variables.get(name);
    if (!variable) {
      this.variables.set(name, { value, exported: this.options.allexport, readonly: false });
      if (this.options.allexport) this.environmentCache = undefined;
    } else {
      if (variable.readonly) throw new ReadOnlyFault(`${name}: is read only`);
      const converted = this.converted(variable, value);
      if (variable.elements) variable.elements.set('0', converted);
      else variable.value = converted;
      if (this.options.allexport) variable.exported = true;
      if (variable.exported) this.environmentCache = undefined;
    }
    if (name === 'OPTIND') this.getoptsOffset = 0;
  }

  /** A value as the attributes of its variable make it. */
  converted({ integer, letters }: Variable, value: string): string {
    if (integer) return evaluateArithmetic(value, this.arithmetic);
    if (letters === undefined) return value;
    return letters === 'lower' ? value.toLowerCase() : value.toUpperCase();
  }

  /** Counts what the shell holds beside its variables: the output of a command while it is read. */
  holdBeside(bytes: number): void {
    if (bytes >= noticeableBytes) this.process.setMemory(this.variableBytes('') + bytes);
  }

  /** Bytes of all variables but one. */
  private variableBytes(except: string): number {
    let bytes = 0;
    for (const [name, { value }] of this.variables) if (name !== except) bytes += value?.length ?? 0;
    return bytes;
  }

  unset(name: string): void {
    const variable = this.variables.get(name);
    if (variable?.readonly) throw new ReadOnlyFault(`${name}: is read only`);
    if (variable?.exported) this.environmentCache = undefined;
    this.variables.delete(name);
  }

  mark(name: string, mark: 'exported' | 'readonly'): void {
    const variable = this.variables.get(name) ?? { value: undefined, exported: false, readonly: false };
    variable[mark] = true;
    this.variables.set(name, variable);
    this.environmentCache = undefined;
  }

  unexport(name: string): void {
    const variable = this.variables.get(name);
    if (variable) variable.exported = false;
    this.environmentCache = undefined;
  }

  /** Hides a variable until the function returns. */
  makeLocal(name: string): void {
    const scope = this.scopes[this.scopes.length - 1];
    if (!scope || scope.has(name)) return;
    const variable = this.variables.get(name);
    scope.set(name, variable && copied(variable));
  }

  leaveScope(): void {
    for (const [name, variable] of this.scopes.pop() ?? []) this.restore(name, variable);
  }

  restore(name: string, variable: Variable | undefined): void {
    if (variable) this.variables.set(name, variable);
    else this.variables.delete(name);
    this.environmentCache = undefined;
  }

  /** FUNCNAME: the function that runs; in bash an array with those that called it, and `main`. */
  protected enterFunction(name: string): void {
    this.functionNames.unshift(name);
    this.nameFunctions();
  }

  protected leaveFunction(): void {
    this.functionNames.shift();
    this.nameFunctions();
  }

  private nameFunctions(): void {
    const { functionNames: names } = this;
    if (this.dialect === 'dash') return;
    const variable: Variable = { value: names[0] ?? '', exported: false, readonly: false };
    if (this.dialect === 'bash') {
      const all = names.length === 0 ? [] : [...names, 'main'];
      variable.value = undefined;
      variable.elements = new Map(all.map((each, at) => [String(at), each]));
    }
    this.variables.set('FUNCNAME', variable);
  }

  /** What a child gets as its environment. Shared between children: not to be changed. */
  environment(): Map<string, string> {
    if (!this.environmentCache) {
      // A name that no variable can bear goes on to children as it came (BusyBox since 1.36, bash).
      this.environmentCache = new Map([...this.process.env].filter(([name]) => !isVariableName(name)));
      for (const [name, { value, exported }] of this.variables) {
        if (exported && value !== undefined) this.environmentCache.set(name, value);
      }
    }
    return this.environmentCache;
  }

  get separators(): string {
    return this.variables.get('IFS')?.value ?? ' \t\n';
  }

  optionLetters(): string {
    const letters = optionLetters(this.options);
    if (this.dialect !== 'bash') return letters;
    // bash has its own order, and tells of hashing and braces.
    const all = new Set(`${letters}hB`);
    return [...'abefhikmnptuvxBCEHTcs'].filter((letter) => all.has(letter)).join('');
  }

  /** Home of a user by /etc/passwd. */
  homeOf(user: string): string | undefined {
    try {
      for (const line of decode(this.process.files.readFile('/etc/passwd')).split('\n')) {
        const fields = line.split(':');
        if (fields[0] === user) return fields[5];
      }
    } catch {
      // No such file: no such user.
    }
    return undefined;
  }
}
