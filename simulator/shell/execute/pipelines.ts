import { decode } from '../../files/byte-string';
import type { OpenFile } from '../../files/open-file';
import { Interrupted, type Process, type SignalName } from '../../runtime/process';
import type { Command } from '../syntax/ast';
import { commandText } from '../syntax/command-text';
import { setArray } from './arrays';
import type { Later, Shell } from './shell';
import { becomes, runLast, runSimple } from './simple-command';

/** POSIX 2.9.2, and `!`, which `set -e` does not look at. */
export function pipeline(shell: Shell, command: Extract<Command, { type: 'pipeline' }>): Later<number> {
  const { commands, negated } = command;
  const [only] = commands;
  if (commands.length === 1 && only && negated) {
    return shell.test(only).then((status) => {
      const result = status === 0 ? 1 : 0;
      if (!shell.flow) shell.lastStatus = result;
      return shell.flow ? status : result;
    });
  }
  return shell.afterwards(runPipeline(shell, commands, negated), !negated);
}

async function runPipeline(shell: Shell, commands: Command[], negated: boolean): Promise<number> {
  const children = startPipeline(shell, commands);
  const job = shell.jobs.add(children, false, () => textOf(commands), shell);
  const statuses = await shell.jobs.foreground(job, shell);
  if (shell.dialect === 'bash')
    setArray(
      shell,
      'PIPESTATUS',
      statuses.map((each) => ({ value: String(each) })),
    );
  let status = statuses[statuses.length - 1] ?? 0;
  if (shell.options.pipefail) status = statuses.findLast((each) => each !== 0) ?? 0;
  return negated ? (status === 0 ? 1 : 0) : status;
}

/** Starts all commands of a pipeline, each in a process of its own. */
function startPipeline(shell: Shell, commands: Command[], background = false): Process[] {
  const children: Process[] = [];
  let input: OpenFile | undefined;
  let group = shell.options.monitor ? 0 : undefined;
  for (const [index, command] of commands.entries()) {
    const fds = new Map(shell.process.fds);
    const pipe = index < commands.length - 1 ? shell.process.pipe() : undefined;
    if (input) fds.set(0, input);
    else if (background && !shell.options.monitor) fds.set(0, shell.process.files.open('/dev/null', 'r'));
    if (pipe) fds.set(1, pipe.writer);
    try {
      const child = fork(shell, command, { fds, group, background });
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
export function startBackground(shell: Shell, command: Command): void {
  const commands = command.type === 'pipeline' && !command.negated ? command.commands : [command];
  const children = startPipeline(shell, commands, true);
  shell.lastBackground = children[children.length - 1]?.pid;
  const job = shell.jobs.add(children, true, () => textOf(commands), shell);
  if (shell.options.interactive) shell.print(2, `[${job.number}] ${shell.lastBackground}\n`);
}

const textOf = (commands: Command[]): string => commands.map(commandText).join(' | ');

interface Forking {
  fds?: Map<number, OpenFile>;
  group?: number | undefined;
  background?: boolean;
  /** For `$(…)`. */
  substitutes?: boolean;
}

/** A subshell in a process of its own. */
export function fork(shell: Shell, command: Command, options: Forking = {}): Process {
  return forkProgram(
    shell,
    (child) => {
      if (options.substitutes) child.substitutionDepth++;
      // `jobs | wc -l` is about the jobs of the shell that forked.
      if (command.type === 'simple' && command.words[0]?.literal === 'jobs')
        child.jobs.show(shell.jobs.list());
      // `( … ) &` and `… | ( … )` are this very process: `$!` is the one with the traps in it.
      if (command.type === 'subshell')
        return child.redirected(command.redirects, () => child.run(command.body));
      if (command.type !== 'simple' || child.traps.size > 0) return child.run(command);
      if (becomes(child, command)) return runLast(child, command);
      // With redirections and assignments too, so that `$!` is the program and not a shell that waits for it.
      return child.afterwards(runSimple(child, command, true), true);
    },
    options,
  );
}

function forkProgram(shell: Shell, program: (child: Shell) => Later<number>, options: Forking = {}): Process {
  const ignore: SignalName[] = options.background && !shell.options.monitor ? ['INT', 'QUIT'] : [];
  return shell.process.spawn({
    argv: shell.process.argv,
    ignore,
    heed: shell.ownIgnored,
    ...(options.fds ? { fds: options.fds } : {}),
    ...(options.group === undefined ? {} : { group: options.group }),
    program: async (process) => {
      const child = shell.inherit(process);
      return child.guarded(() => program(child));
    },
  });
}

/** `( … )` */
export async function subshell(shell: Shell, body: Command): Promise<number> {
  const child = fork(shell, body, shell.options.monitor ? { group: 0 } : {});
  const text = () => textOf([{ type: 'subshell', body, redirects: [] }]);
  const job = shell.jobs.add([child], false, text, shell);
  return (await shell.jobs.foreground(job, shell))[0] ?? 0;
}

/** Output of a command, for `$(…)`. */
export async function substitute(shell: Shell, command: Command | undefined): Promise<string> {
  if (!command) {
    shell.substitutionStatus = 0;
    return '';
  }
  const { reader, writer } = shell.process.pipe();
  const fds = new Map(shell.process.fds);
  fds.set(1, writer);
  let child: Process;
  try {
    child = fork(shell, command, { fds, substitutes: true });
  } finally {
    writer.release();
  }
  try {
    const output = await readAll(shell, reader);
    shell.substitutionStatus = (await shell.jobs.waitFor(child)).code;
    return output;
  } finally {
    reader.release();
  }
}

async function readAll(shell: Shell, file: OpenFile): Promise<string> {
  const parts: string[] = [];
  let length = 0;
  for (;;) {
    const turn = shell.process.checkpoint();
    if (turn) await turn;
    const data = file.read(65_536);
    if (data?.length === 0) break;
    if (data) {
      parts.push(decode(data));
      length += data.length;
      shell.holdBeside(length);
    } else {
      await shell.process
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
