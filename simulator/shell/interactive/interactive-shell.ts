import { decode } from '../../files/byte-string';
import { terminalOf } from '../../files/terminal';
import { Ended, Interrupted } from '../../runtime/process';
import type { Shell } from '../execute/shell';
import { runStandardInput } from '../standard-input';
import type { Command } from '../syntax/ast';
import { SyntaxFault } from '../syntax/source';
import { complete } from './completion';
import { History } from './history';
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
  shell.atPrompt = true;
  if (terminal.session === process.session) terminal.foreground = process.group;
  if (login) await profile(shell);
  else if (shell.dialect === 'bash')
    await readScripts(shell, ['/etc/bash.bashrc', `${shell.get('HOME') ?? ''}/.bashrc`]);
  const history = new History(process, () => shell.get('HISTFILE'));
  presetHistory(shell, history);
  const editor = new LineEditor(process, file, terminal, (before) => complete(shell, before), {
    dialect: shell.dialect,
    history,
    signalled: async () => (await interrupted(shell)) || shell.flow?.type === 'exit',
  });
  let warned = false;
  for (;;) {
    await announceJobs(shell);
    const command = await readCommand(shell, editor, history);
    let leaves = command === 'end';
    if (command === 'end') {
      if (shell.options.ignoreeof && !shell.flow) continue;
      if (shell.dialect === 'bash' && !shell.flow) shell.print(2, 'exit\n');
    } else
      for (const each of command) {
        leaves = await runOne(shell, each);
        if (leaves) break;
      }
    if (!leaves) {
      warned = false;
      continue;
    }
    // Whoever leaves stopped jobs behind is told, once.
    if (shell.jobs.list().some((job) => job.stopped) && !warned) {
      shell.print(2, shell.dialect === 'bash' ? 'There are stopped jobs.\n' : 'You have stopped jobs.\n');
      warned = true;
      shell.flow = undefined;
      continue;
    }
    shell.jobs.abandon();
    if (shell.dialect === 'bash') history.save();
    return shell.finish(shell.lastStatus);
  }
}

/** Where the lines typed are kept: ash writes each at once, bash all at its end. */
function presetHistory(shell: Shell, history: History): void {
  const home = shell.get('HOME');
  if (shell.get('HISTFILE') === undefined && home !== undefined)
    shell.set('HISTFILE', `${home.replace(/\/$/, '')}/.${shell.dialect === 'bash' ? 'bash' : 'ash'}_history`);
  history.load();
  shell.history = history.lines;
}

/** Runs one command of a line; whether the shell ends with it. */
async function runOne(shell: Shell, command: Command): Promise<boolean> {
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
  if (shell.flow?.type === 'exit') return true;
  shell.flow = undefined;
  return false;
}

/** A signal came at the prompt: traps run; whether it was SIGINT without one, which gives up the line. */
async function interrupted(shell: Shell): Promise<boolean> {
  const gaveUp = shell.interrupted;
  shell.interrupted = false;
  await shell.runTraps();
  return gaveUp;
}

/** Lines until they make complete commands; `end` at the end of input, and when a trap ended the shell. */
async function readCommand(shell: Shell, editor: LineEditor, history: History): Promise<Command[] | 'end'> {
  let text = '';
  for (;;) {
    const line = await editor.read(prompt(shell, text === '' ? 'PS1' : 'PS2'));
    if (line.type === 'interrupt') {
      shell.lastStatus = 130;
      text = '';
      // ^C is a key here, and a signal for the traps.
      shell.process.signal('INT');
      await interrupted(shell);
    }
    if (shell.flow?.type === 'exit') return 'end';
    if (line.type === 'interrupt') continue;
    if (line.type === 'end') {
      if (text === '') return 'end';
      shell.error('syntax error: unexpected end of file');
      text = '';
      continue;
    }
    if (shell.dialect !== 'bash') history.save();
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

async function announceJobs(shell: Shell): Promise<void> {
  for (const job of [...shell.jobs.list()]) {
    if (!shell.jobs.done(job)) continue;
    shell.print(2, shell.jobs.describe(job, shell.dialect));
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
