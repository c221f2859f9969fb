import { decode, encode } from '../../files/byte-string';
import { errorText } from '../../files/error-text';
import { FileError } from '../../files/file-system';
import type { OpenFile } from '../../files/open-file';
import { Ended, Interrupted, type Process, type SignalName } from '../../runtime/process';
import { parseSignal } from '../../runtime/signal-rules';
import { ArithmeticFault } from '../expand/arithmetic';
import { Expander, type Expansion, ExpansionFault, matchesPattern } from '../expand/expander';
import type { Command, Redirect } from '../syntax/ast';
import { Parser } from '../syntax/parser';
import { SyntaxFault } from '../syntax/source';
import { JobTable } from './job-table';
import { defaultOptions, type ShellOptions } from './options';
import {
  applyRedirects,
  type ReadyRedirect,
  RedirectionFault,
  restoreFds,
  type SavedFds,
} from './redirection';
import { ReadOnlyFault, ShellState } from './shell-state';
import { becomes, runLast, runSimple } from './simple-command';

/** A value, now or soon: most steps of a shell need no waiting. */
export type Later<T> = T | Promise<T>;

/** Why the rest of a list is not executed. */
export type Flow = { type: 'break' | 'continue'; levels: number } | { type: 'return' | 'exit' };

/** How many functions may call each other before it is an endless recursion. */
const deepestCall = 1000;

/** Executes commands in one process: BusyBox ash. */
export class Shell extends ShellState {
  readonly expander = new Expander(this);
  readonly jobs: JobTable;
  flow: Flow | undefined;
  loops = 0;
  /** Commands whose failure is looked at: `set -e` does not end the shell there. */
  tested = 0;
  calls = 0;
  /** Line of the command that runs, and the name of the script: for error messages. */
  line = 0;
  scriptName: string | undefined;
  /** Builtin that runs, for error messages. */
  builtinName: string | undefined;
  /** Its last command may take the place of the process (exec). */
  isSubshell = false;
  private readonly pendingTraps: string[] = [];
  /** Status of the last command substitution, for `x=$(false)`. */
  substitutionStatus: number | undefined;

  constructor(process: Process, options: ShellOptions = defaultOptions()) {
    super(process, options);
    this.jobs = new JobTable(process);
  }

  /** Executes a script; returns the exit status. `exit` and faults end it through `flow`. */
  async runScript(text: string, startLine = 1): Promise<number> {
    const parser = new Parser(text, (name) => this.aliases.get(name), startLine);
    let status = 0;
    for (;;) {
      let command: Command | undefined;
      try {
        command = parser.nextLine();
      } catch (error) {
        if (!(error instanceof SyntaxFault)) throw error;
        this.line = error.line;
        this.error(`syntax error: ${error.message}`);
        this.lastStatus = 2;
        this.flow = { type: 'exit' };
        return 2;
      }
      if (!command) return status;
      if (this.options.noexec) continue;
      status = await this.run(command);
      if (this.flow) return status;
    }
  }

  /** The end of a shell: the EXIT trap, then the status. */
  async finish(status: number): Promise<number> {
    const trap = this.traps.get('EXIT');
    this.lastStatus = status;
    if (!trap) return status;
    this.traps.delete('EXIT');
    this.flow = undefined;
    const result = await this.runScript(trap);
    return this.flow ? result : status;
  }

  run(command: Command): Later<number> {
    const turn = this.process.checkpoint();
    if (turn) return turn.then(() => this.runNow(command));
    return this.runNow(command);
  }

  private runNow(command: Command): Later<number> {
    switch (command.type) {
      case 'simple':
        return this.afterwards(runSimple(this, command), true);
      case 'list':
        return this.list(command);
      case 'and-or':
        return this.andOr(command);
      case 'pipeline':
        return this.pipeline(command);
      case 'function':
        this.functions.set(command.name, command.body);
        this.lastStatus = 0;
        return 0;
      case 'subshell':
        return this.afterwards(
          this.redirected(command.redirects, () => this.subshell(command.body)),
          true,
        );
      case 'group':
        return this.redirected(command.redirects, () => this.run(command.body));
      case 'if':
        return this.redirected(command.redirects, () => this.ifCommand(command));
      case 'loop':
        return this.redirected(command.redirects, () => this.loop(command));
      case 'for':
        return this.redirected(command.redirects, () => this.forLoop(command));
      case 'case':
        return this.redirected(command.redirects, () => this.caseCommand(command));
    }
  }

  /** Sets `$?`, ends the shell under `set -e`, runs traps that came due. */
  afterwards(result: Later<number>, mayExit: boolean): Later<number> {
    if (typeof result !== 'number') return result.then((status) => this.afterwards(status, mayExit));
    this.lastStatus = result;
    if (result !== 0 && mayExit && this.options.errexit && this.tested === 0 && !this.flow)
      this.flow = { type: 'exit' };
    if (this.pendingTraps.length > 0)
      return this.runTraps().then(() => (this.flow ? this.lastStatus : result));
    return result;
  }

  private async list(command: Extract<Command, { type: 'list' }>): Promise<number> {
    let status = 0;
    for (const { command: item, background } of command.items) {
      if (background) {
        this.startBackground(item);
        status = 0;
        this.lastStatus = 0;
      } else {
        const result = this.run(item);
        status = typeof result === 'number' ? result : await result;
      }
      if (this.flow) break;
    }
    return status;
  }

  private async andOr(command: Extract<Command, { type: 'and-or' }>): Promise<number> {
    this.tested++;
    let status: number;
    try {
      status = await this.run(command.left);
    } finally {
      this.tested--;
    }
    if (this.flow || (status === 0) !== (command.operator === '&&')) return status;
    return this.run(command.right);
  }

  private async condition(command: Command): Promise<number> {
    this.tested++;
    try {
      const result = this.run(command);
      return typeof result === 'number' ? result : await result;
    } finally {
      this.tested--;
    }
  }

  private async ifCommand(command: Extract<Command, { type: 'if' }>): Promise<number> {
    for (const { condition, body } of command.clauses) {
      const status = await this.condition(condition);
      if (this.flow) return status;
      if (status === 0) return this.run(body);
    }
    this.lastStatus = 0;
    return command.otherwise ? this.run(command.otherwise) : 0;
  }

  private async loop(command: Extract<Command, { type: 'loop' }>): Promise<number> {
    let status = 0;
    this.loops++;
    try {
      for (;;) {
        this.tested++;
        let test: number;
        try {
          const result = this.run(command.condition);
          test = typeof result === 'number' ? result : await result;
        } finally {
          this.tested--;
        }
        if (this.flow) {
          if (this.leavesLoop()) break;
          continue;
        }
        if ((test === 0) === command.until) break;
        const result = this.run(command.body);
        status = typeof result === 'number' ? result : await result;
        if (this.flow && this.leavesLoop()) break;
      }
    } finally {
      this.loops--;
    }
    this.lastStatus = status;
    return status;
  }

  private async forLoop(command: Extract<Command, { type: 'for' }>): Promise<number> {
    const words = command.words ? await this.drive(this.expander.words(command.words, [])) : this.positional;
    let status = 0;
    this.lastStatus = 0;
    this.loops++;
    try {
      for (const word of words) {
        this.set(command.name, word);
        const result = this.run(command.body);
        status = typeof result === 'number' ? result : await result;
        if (this.flow && this.leavesLoop()) break;
      }
    } finally {
      this.loops--;
    }
    return status;
  }

  /** Takes one level off a `break` or `continue`; whether this loop ends. */
  private leavesLoop(): boolean {
    const flow = this.flow;
    if (!flow) return false;
    if (flow.type !== 'break' && flow.type !== 'continue') return true;
    if (flow.levels > 1) {
      this.flow = { type: flow.type, levels: flow.levels - 1 };
      return true;
    }
    this.flow = undefined;
    return flow.type === 'break';
  }

  private async caseCommand(command: Extract<Command, { type: 'case' }>): Promise<number> {
    const subject = await this.drive(this.expander.text(command.word));
    let through = false;
    let status = 0;
    this.lastStatus = 0;
    for (const item of command.items) {
      let matched = through;
      for (const pattern of item.patterns) {
        if (matched) break;
        matched = matchesPattern(await this.drive(this.expander.pattern(pattern)), subject);
      }
      if (!matched) continue;
      if (item.body) status = await this.run(item.body);
      through = item.fallThrough;
      if (!through || this.flow) return status;
    }
    return status;
  }

  private pipeline(command: Extract<Command, { type: 'pipeline' }>): Later<number> {
    const { commands, negated } = command;
    const [only] = commands;
    if (commands.length === 1 && only && negated) {
      return this.condition(only).then((status) => {
        const result = status === 0 ? 1 : 0;
        if (!this.flow) this.lastStatus = result;
        return this.flow ? status : result;
      });
    }
    return this.afterwards(this.runPipeline(commands, negated), !negated);
  }

  private async runPipeline(commands: Command[], negated: boolean): Promise<number> {
    const children = this.startPipeline(commands);
    const job = this.jobs.add(children, commands, false);
    const statuses = await this.jobs.foreground(job, this);
    let status = statuses[statuses.length - 1] ?? 0;
    if (this.options.pipefail) status = statuses.findLast((each) => each !== 0) ?? 0;
    return negated ? (status === 0 ? 1 : 0) : status;
  }

  /** Starts all commands of a pipeline, each in a process of its own. */
  private startPipeline(commands: Command[], background = false): Process[] {
    const children: Process[] = [];
    let input: OpenFile | undefined;
    let group = this.options.monitor ? 0 : undefined;
    for (const [index, command] of commands.entries()) {
      const fds = new Map(this.process.fds);
      const pipe = index < commands.length - 1 ? this.process.pipe() : undefined;
      if (input) fds.set(0, input);
      else if (background && !this.options.monitor) fds.set(0, this.process.files.open('/dev/null', 'r'));
      if (pipe) fds.set(1, pipe.writer);
      try {
        const child = this.fork(command, { fds, group, background });
        if (group === 0) group = child.pid;
        children.push(child);
      } finally {
        input?.release();
        pipe?.writer.release();
        input = pipe?.reader;
      }
    }
    return children;
  }

  /** Starts `command &`. */
  startBackground(command: Command): void {
    const commands = command.type === 'pipeline' && !command.negated ? command.commands : [command];
    const children = this.startPipeline(commands, true);
    this.lastBackground = children[children.length - 1]?.pid;
    const job = this.jobs.add(children, commands, true);
    if (this.options.interactive) this.print(2, `[${job.number}] ${this.lastBackground}\n`);
  }

  /** A subshell in a process of its own. */
  fork(
    command: Command,
    options: { fds?: Map<number, OpenFile>; group?: number | undefined; background?: boolean } = {},
  ): Process {
    return this.forkProgram(
      (shell) => (becomes(shell, command) ? runLast(shell, command) : shell.run(command)),
      options,
    );
  }

  forkProgram(
    program: (shell: Shell) => Later<number>,
    options: { fds?: Map<number, OpenFile>; group?: number | undefined; background?: boolean } = {},
  ): Process {
    const ignore: SignalName[] = options.background && !this.options.monitor ? ['INT', 'QUIT'] : [];
    return this.process.spawn({
      argv: this.process.argv,
      ignore,
      ...(options.fds ? { fds: options.fds } : {}),
      ...(options.group === undefined ? {} : { group: options.group }),
      program: async (process) => {
        const shell = new Shell(process, { ...this.options, interactive: false, monitor: false });
        this.forkInto(shell);
        Object.assign(shell, {
          isSubshell: true,
          scriptName: this.scriptName,
          line: this.line,
          tested: this.tested,
          calls: this.calls,
        });
        shell.loops = this.loops;
        return shell.guarded(() => program(shell));
      },
    });
  }

  /** Runs the body of a shell process, with what its faults mean for the exit status, and its EXIT trap. */
  async guarded(body: () => Later<number>): Promise<number> {
    let status: number;
    try {
      status = await body();
    } catch (error) {
      status = this.fault(error);
    }
    return this.finish(this.flow?.type === 'exit' ? this.lastStatus : status);
  }

  /** Says what went wrong, and the status it makes. Rethrows what is not a fault of the script. */
  fault(error: unknown): number {
    if (error instanceof Ended) throw error;
    if (
      error instanceof ExpansionFault ||
      error instanceof ArithmeticFault ||
      error instanceof ReadOnlyFault ||
      error instanceof RedirectionFault
    ) {
      this.error(error.message);
      this.lastStatus = error instanceof RedirectionFault ? 1 : 2;
      this.flow = { type: 'exit' };
      return this.lastStatus;
    }
    if (error instanceof SyntaxFault) {
      this.error(`syntax error: ${error.message}`);
      this.lastStatus = 2;
      this.flow = { type: 'exit' };
      return 2;
    }
    if (error instanceof FileError && error.code === 'EAGAIN') {
      this.error(`can't fork: ${errorText(error)}`);
      this.lastStatus = 2;
      this.flow = { type: 'exit' };
      return 2;
    }
    throw error;
  }

  private async subshell(body: Command): Promise<number> {
    const child = this.fork(body, this.options.monitor ? { group: 0 } : {});
    const job = this.jobs.add([child], [{ type: 'subshell', body, redirects: [] }], false);
    return (await this.jobs.foreground(job, this))[0] ?? 0;
  }

  /** Output of a command, for `$(…)`. */
  async substitute(command: Command | undefined): Promise<string> {
    if (!command) {
      this.substitutionStatus = 0;
      return '';
    }
    const { reader, writer } = this.process.pipe();
    const fds = new Map(this.process.fds);
    fds.set(1, writer);
    let child: Process;
    try {
      child = this.fork(command, { fds });
    } finally {
      writer.release();
    }
    try {
      const output = await this.readAll(reader);
      this.substitutionStatus = (await this.jobs.waitFor(child)).code;
      return output;
    } finally {
      reader.release();
    }
  }

  private async readAll(file: OpenFile): Promise<string> {
    const parts: string[] = [];
    for (;;) {
      const data = file.read(65_536);
      if (data?.length === 0) break;
      if (data) parts.push(decode(data));
      else {
        await this.process
          .block<void>((done) => file.onReady('read', done))
          .catch((error) => {
            if (!(error instanceof Interrupted)) throw error;
          });
      }
    }
    // Shells drop zero bytes.
    const output = parts.join('');
    return output.includes('\0') ? output.replaceAll('\0', '') : output;
  }

  /** Runs an expansion, waiting only when it has command substitutions. */
  drive<T>(expansion: Expansion<T>): Later<T> {
    const step = expansion.next();
    if (step.done) return step.value;
    return this.driveOn(expansion, step.value);
  }

  private async driveOn<T>(expansion: Expansion<T>, first: Command | undefined): Promise<T> {
    let command = first;
    for (;;) {
      const step = expansion.next(await this.substitute(command));
      if (step.done) return step.value;
      command = step.value;
    }
  }

  /** Runs something under redirections, and takes them back. */
  redirected(redirects: Redirect[], body: () => Later<number>): Later<number> {
    if (redirects.length === 0) return body();
    return this.withRedirects(redirects, body);
  }

  private async withRedirects(redirects: Redirect[], body: () => Later<number>): Promise<number> {
    const saved: SavedFds = new Map();
    try {
      try {
        await this.redirect(redirects, saved);
      } catch (error) {
        if (!(error instanceof RedirectionFault)) throw error;
        this.error(error.message);
        return this.afterwards(1, true);
      }
      return await body();
    } finally {
      restoreFds(this.process, saved);
    }
  }

  async redirect(redirects: Redirect[], saved: SavedFds): Promise<void> {
    const ready: ReadyRedirect[] = [];
    for (const redirect of redirects)
      ready.push({ redirect, target: await this.drive(this.expander.text(redirect.target)) });
    await applyRedirects(this.process, ready, saved, this.options.noclobber);
  }

  /** Calls a function with its own positional parameters. */
  async call(body: Command, args: string[]): Promise<number> {
    if (this.calls >= deepestCall) throw new ExpansionFault('function calls nested too deeply');
    const { positional, loops } = this;
    this.positional = args;
    this.loops = 0;
    this.calls++;
    this.scopes.push(new Map());
    try {
      const status = await this.run(body);
      if (this.flow?.type === 'return') {
        this.flow = undefined;
        return this.lastStatus;
      }
      return status;
    } finally {
      this.calls--;
      this.leaveScope();
      this.positional = positional;
      this.loops = loops;
    }
  }

  /** Prints to a descriptor without caring whether anybody listens. */
  print(fd: number, text: string): void {
    try {
      void this.process.fds.get(fd)?.write(encode(text));
    } catch {
      // A closed standard error has nobody to tell.
    }
  }

  /** `sh: message`, with script and line where ash tells them. */
  error(message: string): void {
    const builtin = this.builtinName ?? this.scriptName;
    const name = this.builtinName ? `${this.argument0}: ${this.builtinName}: ` : `${this.argument0}: `;
    const where =
      builtin !== undefined && !this.options.interactive
        ? `line ${this.scriptName === undefined ? 0 : this.line}: `
        : '';
    this.print(2, `${name}${where}${message}\n`);
  }

  /** Installs a trap: '' ignores, undefined restores. `signal` is EXIT or a name without SIG. */
  setTrap(signal: string, command: string | undefined): void {
    if (command === undefined) this.traps.delete(signal);
    else this.traps.set(signal, command);
    const name = parseSignal(signal);
    if (!name) return;
    if (command === undefined)
      this.process.setAction(name, this.options.interactive ? this.interactiveAction(name) : 'default');
    else if (command === '') this.process.setAction(name, 'ignore');
    else this.process.setAction(name, () => void this.pendingTraps.push(signal));
  }

  /** What an interactive shell does on a signal nobody trapped. */
  interactiveAction(signal: SignalName): 'default' | 'ignore' | (() => void) {
    if (signal === 'INT') return () => undefined;
    return signal === 'TERM' ||
      signal === 'QUIT' ||
      signal === 'TSTP' ||
      signal === 'TTOU' ||
      signal === 'TTIN'
      ? 'ignore'
      : 'default';
  }

  get hasPendingTraps(): boolean {
    return this.pendingTraps.length > 0;
  }

  async runTraps(): Promise<void> {
    const status = this.lastStatus;
    for (let signal = this.pendingTraps.shift(); signal !== undefined; signal = this.pendingTraps.shift()) {
      const command = this.traps.get(signal);
      if (!command) continue;
      const { flow, tested } = this;
      this.flow = undefined;
      const result = await this.runScript(command);
      if (this.flow) {
        this.lastStatus = result;
        return;
      }
      Object.assign(this, { flow, tested });
      this.lastStatus = status;
    }
  }
}
