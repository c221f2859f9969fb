import { decode } from '../../files/byte-string';
import { terminalOf } from '../../files/terminal';
import { Ended, Interrupted } from '../../runtime/process';
import { bashBuiltins, builtins } from '../builtins/builtin';
import type { Shell } from '../execute/shell';
import { runStandardInput } from '../standard-input';
import type { Command } from '../syntax/ast';
import { SyntaxFault } from '../syntax/source';
import { LineEditor } from './line-editor';
import { prompt } from './prompt';

/** The loop of an interactive shell: prompt, line (or several, until the command is complete), run. */
export async function runInteractive(shell: Shell, login: boolean): Promise<number> {
  const { process } = shell;
  const file = process.fds.get(0);
  const terminal = terminalOf(file);
  if (!file || !terminal) {
    shell.error("can't access tty; job control turned off");
    return shell.guarded(() => runStandardInput(shell));
  }
  shell.options.monitor = true;
  if (terminal.session === process.session) terminal.foreground = process.group;
  if (login) await profile(shell);
  else if (shell.dialect === 'bash')
    await readScripts(shell, ['/etc/bash.bashrc', `${shell.get('HOME') ?? ''}/.bashrc`]);
  const editor = new LineEditor(process, file, terminal, (before) => complete(shell, before));
  for (;;) {
    await announceJobs(shell);
    const command = await readCommand(shell, editor);
    if (command === 'end') {
      if (shell.options.ignoreeof) continue;
      if (shell.dialect === 'bash') shell.print(2, 'exit\n');
      return shell.finish(shell.lastStatus);
    }
    for (const each of command) {
      const done = await runOne(shell, each);
      if (done !== undefined) return shell.finish(done);
    }
  }
}

async function runOne(shell: Shell, command: Command): Promise<number | undefined> {
  shell.interrupted = false;
  try {
    await shell.run(command);
  } catch (error) {
    shell.interrupted = false;
    if (error instanceof Ended) throw error;
    if (error instanceof Interrupted) shell.lastStatus = 130;
    else {
      shell.fault(error);
      shell.flow = undefined;
    }
  }
  Object.assign(shell, { loops: 0, tested: 0 });
  if (shell.flow?.type === 'exit') return shell.lastStatus;
  shell.flow = undefined;
  return undefined;
}

/** Lines until they make complete commands. */
async function readCommand(shell: Shell, editor: LineEditor): Promise<Command[] | 'end'> {
  let text = '';
  for (;;) {
    const line = await editor.read(prompt(shell, text === '' ? 'PS1' : 'PS2'));
    if (line.type === 'interrupt') {
      shell.lastStatus = 130;
      text = '';
      continue;
    }
    if (line.type === 'end') {
      if (text === '') return 'end';
      shell.error('syntax error: unexpected end of file');
      text = '';
      continue;
    }
    text += `${line.text}\n`;
    try {
      const commands = parseAll(shell, text);
      if (commands.length > 0) return commands;
      text = '';
    } catch (error) {
      if (!(error instanceof SyntaxFault)) throw error;
      if (error.incomplete) continue;
      shell.error(`syntax error: ${error.message}`);
      shell.lastStatus = 2;
      text = '';
    }
  }
}

function parseAll(shell: Shell, text: string): Command[] {
  const parser = shell.parser(text);
  const commands: Command[] = [];
  for (let command = parser.nextLine(); command; command = parser.nextLine()) commands.push(command);
  // A line that ends in a backslash, or opens a here-document, goes on.
  if (parser.isOpen) throw new SyntaxFault('', 0, true);
  return commands;
}

/** Commands for the first word, files for the others. */
function complete(shell: Shell, before: string): { replacement?: string; choices: string[] } {
  const word = /(?:[^\s;|&<>()]|\\ )*$/.exec(before)?.[0] ?? '';
  const head = before.slice(0, before.length - word.length);
  const first = /(^|[;|&(]\s*|\b(?:do|then|else)\s+)$/.test(head.trimStart() === '' ? '' : head);
  const slash = word.lastIndexOf('/');
  const names: string[] = [];
  const { files } = shell.process;
  const list = (directory: string) => {
    try {
      return files.list(directory);
    } catch {
      return [];
    }
  };
  if (first && slash < 0) {
    names.push(
      ...Object.keys(builtins),
      ...(shell.dialect === 'bash' ? Object.keys(bashBuiltins) : []),
      ...shell.functions.keys(),
    );
    for (const directory of (shell.get('PATH') ?? '').split(':')) names.push(...list(directory));
  } else {
    const directory = word.slice(0, slash + 1);
    for (const name of list(directory === '' ? '.' : directory)) {
      if (name.startsWith('.') && !word.slice(slash + 1).startsWith('.')) continue;
      const folder = files.tryStat(directory + name)?.type === 'directory';
      names.push(directory + name + (folder ? '/' : ''));
    }
  }
  const matches = [...new Set(names.filter((name) => name.startsWith(word)))].sort();
  if (matches.length === 0) return { choices: [] };
  let common = matches[0] as string;
  for (const match of matches) while (!match.startsWith(common)) common = common.slice(0, -1);
  const complete = matches.length === 1 && !common.endsWith('/') ? `${common} ` : common;
  return {
    replacement: head + complete,
    choices: matches.map((match) => match.slice(match.replace(/\/$/, '').lastIndexOf('/') + 1)),
  };
}

async function announceJobs(shell: Shell): Promise<void> {
  for (const job of [...shell.jobs.list()]) {
    if (!shell.jobs.done(job)) continue;
    shell.print(2, shell.jobs.describe(job));
    for (const process of job.processes) await shell.process.wait(process);
    shell.jobs.forget(job);
  }
}

async function profile(shell: Shell): Promise<void> {
  const own =
    shell.dialect === 'bash' ? ['/etc/bash.bashrc', `${shell.get('HOME') ?? ''}/.bash_profile`] : [];
  await readScripts(shell, ['/etc/profile', ...own, `${shell.get('HOME') ?? ''}/.profile`]);
}

async function readScripts(shell: Shell, paths: string[]): Promise<void> {
  for (const path of paths) {
    try {
      await shell.runScript(decode(shell.process.files.readFile(path)));
    } catch (error) {
      if (error instanceof Ended) throw error;
    }
  }
}
