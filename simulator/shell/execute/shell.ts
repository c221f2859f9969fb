import { encode } from '../../files/byte-string';
import { errorText } from '../../files/error-text';
import { FileError } from '../../files/file-system';
import { Ended, Interrupted, type Process } from '../../runtime/process';
import type { Dialect } from '../dialect';
import { ArithmeticFault } from '../expand/arithmetic';
import { Expander, type Expansion, ExpansionFault, type Substitution } from '../expand/expander';
import type { Command, Redirect } from '../syntax/ast';
import { BashParser } from '../syntax/bash-parser';
import { Parser } from '../syntax/parser';
import { SyntaxFault } from '../syntax/source';
import { arithmetic, conditional, countingLoop, timed } from './bash-commands';
import { andOr, caseCommand, forLoop, ifCommand, list, loop } from './compound-commands';
import { JobTable } from './job-table';
import { runLastCommand } from './last-command';
import { openNetwork } from './network-path';
import { defaultOptions, type ShellOptions } from './options';
import { pipeline, subshell, substitute } from './pipelines';
import { closeProcesses, startProcess } from './process-substitution';
import {
  applyRedirects,
  named,
  type ReadyRedirect,
  RedirectionFault,
  restoreFds,
  type SavedFds,
} from './redirection';
import { selectLoop } from './select-loop';
import { ReadOnlyFault } from './shell-state';
import { runSimple } from './simple-command';
import { TrappingShell } from './trapping-shell';
import { complaint } from './wording';

/** A value, now or soon: most steps of a shell need no waiting. */
export type Later<T> = T | Promise<T>;

/** How many functions may call each other before it is an endless recursion. */
const deepestCall = 1000;

/** Executes commands in one process: BusyBox ash. */
export class Shell extends TrappingShell {
  readonly expander = new Expander(this);
  readonly jobs: JobTable;
  loops = 0;
  calls = 0;
  /** The name of the script: for error messages. */
  scriptName: string | undefined;
  /** Its commands are typed, or it was forked from a shell whose are: no line is told with an error. */
  atPrompt = false;
  /** Lines typed at the prompt, for `history`. */
  history: readonly string[] = [];
  /** Builtin that runs, for error messages. */
  builtinName: string | undefined;
  /** Its last command may take the place of the process (exec). */
  isSubshell = false;
  /** Descriptors of process substitutions that commands still hold, the latest last. */
  readonly processFds: number[] = [];
  /** Status of the last command substitution, for `x=$(false)`. */
  substitutionStatus: number | undefined;

  constructor(process: Process, options: ShellOptions = defaultOptions(), dialect: Dialect = 'ash') {
    super(process, options, dialect);
    this.jobs = new JobTable(process);
  }

  /**
   * Executes a script; returns the exit status. `exit` and faults end it through `flow`. `whole`: nothing comes after it in
   * this process.
   */
  async runScript(text: string, startLine = 1, whole = false): Promise<number> {
    const parser = this.parser(text, startLine);
    let status = 0;
    for (;;) {
      let command: Command | undefined;
      try {
        command = parser.nextLine();
      } catch (error) {
        if (!(error instanceof SyntaxFault)) throw error;
        this.line = error.line;
        this.error(`syntax error: ${error.message}`);
        const near = this.dialect === 'bash' && /^unexpected (?!end of file)/.test(error.message);
        if (near) this.error(`\`${text.split('\n')[error.line - startLine] ?? ''}'`);
        this.lastStatus = 2;
        this.flow = { type: 'exit' };
        return 2;
      }
      if (!command) return status;
      if (this.options.noexec) continue;
      // ash has seen the end of the text only when no newline stands before it.
      const last = whole && parser.atEnd && (this.dialect === 'bash' || !text.endsWith('\n'));
      try {
        status = await (last ? runLastCommand(this, command) : this.run(command));
      } catch (error) {
        // bash gives up the line, and goes on with the next one.
        if (!(error instanceof ArithmeticFault) || this.dialect !== 'bash') throw error;
        this.error(error.message);
        this.lastStatus = 1;
        status = 1;
      }
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
    if (this.interrupted) throw new Interrupted('INT');
    const turn = this.process.checkpoint();
    if (turn) return turn.then(() => this.runNow(command));
    return this.runNow(command);
  }

  /** Runs a command that is asked for its status only: `set -e` lets it fail. */
  async test(command: Command): Promise<number> {
    this.tested++;
    try {
      const result = this.run(command);
      return typeof result === 'number' ? result : await result;
    } finally {
      this.tested--;
    }
  }

  private runNow(command: Command): Later<number> {
    if (this.options.noexec && !this.options.interactive) return this.lastStatus;
    switch (command.type) {
      case 'simple':
        if (this.wantsDebug && this.calls === 0)
          return this.debug().then(() => this.afterwards(runSimple(this, command), true));
        return this.afterwards(runSimple(this, command), true);
      case 'list':
        return list(this, command);
      case 'and-or':
        return andOr(this, command);
      case 'pipeline':
        return pipeline(this, command);
      case 'function':
        this.functions.set(command.name, command.body);
        this.lastStatus = 0;
        return 0;
      case 'subshell':
        return this.afterwards(
          this.redirected(command.redirects, () => subshell(this, command.body)),
          true,
        );
      case 'group':
        return this.redirected(command.redirects, () => this.run(command.body));
      case 'if':
        return this.redirected(command.redirects, () => ifCommand(this, command));
      case 'loop':
        return this.redirected(command.redirects, () => loop(this, command));
      case 'for':
        return this.redirected(command.redirects, () => forLoop(this, command));
      case 'select':
        return this.redirected(command.redirects, () => selectLoop(this, command));
      case 'case':
        return this.redirected(command.redirects, () => caseCommand(this, command));
      case 'arithmetic':
        return this.afterwards(
          this.redirected(command.redirects, () => arithmetic(this, command.expression)),
          true,
        );
      case 'timed':
        return timed(this, command);
      case 'counting':
        return this.redirected(command.redirects, () => countingLoop(this, command));
      case 'conditional':
        return this.afterwards(
          this.redirected(command.redirects, () => conditional(this, command.test)),
          true,
        );
    }
  }

  /** Sets `$?`, ends the shell under `set -e`, runs traps that came due. */
  afterwards(result: Later<number>, mayExit: boolean): Later<number> {
    if (typeof result !== 'number') return result.then((status) => this.afterwards(status, mayExit));
    this.lastStatus = result;
    if (result !== 0 && mayExit && this.tested === 0 && !this.flow) {
      if (this.traps.has('ERR') && this.calls === 0) this.pendingTraps.push('ERR');
      else if (this.options.errexit) this.flow = { type: 'exit' };
    }
    if (this.pendingTraps.length > 0)
      return this.runTraps().then(() => {
        if (!this.flow && result !== 0 && mayExit && this.options.errexit && this.tested === 0)
          this.flow = { type: 'exit' };
        return this.flow ? this.lastStatus : result;
      });
    return result;
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
      this.lastStatus = error instanceof RedirectionFault || this.dialect === 'bash' ? 1 : 2;
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

  /** Runs an expansion, waiting only when it has command substitutions. */
  drive<T>(expansion: Expansion<T>): Later<T> {
    const step = expansion.next();
    if (step.done) return step.value;
    return this.driveOn(expansion, step.value);
  }

  private async driveOn<T>(expansion: Expansion<T>, first: Substitution): Promise<T> {
    let next = first;
    for (;;) {
      const text = next.type === 'process' ? startProcess(this, next) : await substitute(this, next.body);
      const step = expansion.next(text);
      if (step.done) return step.value;
      next = step.value;
    }
  }

  /** Runs something under redirections, and takes them back. */
  redirected(redirects: Redirect[], body: () => Later<number>): Later<number> {
    if (redirects.length === 0) return body();
    return this.withRedirects(redirects, body);
  }

  private async withRedirects(redirects: Redirect[], body: () => Later<number>): Promise<number> {
    const saved: SavedFds = new Map();
    const held = this.processFds.length;
    try {
      try {
        await this.redirect(redirects, saved);
      } catch (error) {
        if (!(error instanceof RedirectionFault)) throw error;
        this.error(error.message);
        return this.afterwards(1, true);
      } finally {
        closeProcesses(this, held);
      }
      return await body();
    } finally {
      restoreFds(this.process, saved);
    }
  }

  async redirect(redirects: Redirect[], saved: SavedFds): Promise<void> {
    const ready: ReadyRedirect[] = [];
    for (const redirect of redirects) {
      const target = await this.drive(this.expander.text(redirect.target));
      ready.push(named(this, { redirect, target }, ready));
    }
    const special = this.dialect === 'bash' ? (path: string) => openNetwork(this, path) : undefined;
    await applyRedirects(this.process, ready, saved, this.options.noclobber, special);
  }

  /** Calls a function with its own positional parameters. */
  async call(name: string, body: Command, args: string[]): Promise<number> {
    if (this.calls >= deepestCall) throw new ExpansionFault('function calls nested too deeply');
    const { positional, loops } = this;
    this.positional = args;
    this.loops = 0;
    this.calls++;
    this.scopes.push(new Map());
    this.enterFunction(name);
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
      this.leaveFunction();
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

  /** Says what is wrong, with place and name as the dialect does; `message` is ash's. */
  error(message: string): void {
    this.print(2, `${complaint(this, message)}\n`);
  }

  /** A parser of its dialect. */
  parser(text: string, line = 1): Parser {
    const alias = (name: string) => this.aliases.get(name);
    return this.dialect === 'bash' ? new BashParser(text, alias, line) : new Parser(text, alias, line);
  }

  /** A shell for a process forked from this one. */
  inherit(process: Process): Shell {
    const shell = new Shell(process, { ...this.options, interactive: false, monitor: false }, this.dialect);
    this.forkInto(shell);
    const { scriptName, history, atPrompt } = this;
    Object.assign(shell, { isSubshell: true, scriptName, history, atPrompt });
    const { line, tested, calls, loops } = this;
    return Object.assign(shell, { line, tested, calls, loops });
  }
}
