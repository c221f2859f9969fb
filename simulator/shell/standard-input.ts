import { decode } from '../files/byte-string';
import { Interrupted, type Process, signalNumbers } from '../runtime/process';
import type { Shell } from './execute/shell';
import { prompt } from './interactive/prompt';
import type { Command } from './syntax/ast';
import { SyntaxFault } from './syntax/source';

/** How much of its own input ash takes at a time: what is beyond is left for the commands it runs. */
const chunkBytes = 1023;

/**
 * Runs the script that comes by standard input, each command as soon as it is complete. With `sh -i` it prompts,
 * and goes on after an error. Returns the exit status.
 */
export async function runStandardInput(shell: Shell): Promise<number> {
  const { interactive } = shell.options;
  const ask = async (name: 'PS1' | 'PS2') => {
    if (interactive) await shell.process.write(1, prompt(shell, name));
  };
  let pending = '';
  let line = 1;
  let ended = false;
  let status = 0;
  await ask('PS1');
  for (;;) {
    const next = nextCommand(shell, pending, line, ended);
    if (next.type === 'more') {
      if (ended) return status;
      pending = next.rest;
      line = next.line;
      const data = await readSome(shell.process);
      ended = data === '';
      pending += data;
      continue;
    }
    pending = next.rest;
    line = next.line;
    if (next.type === 'fault') {
      shell.line = next.fault.line;
      status = 2;
      shell.lastStatus = 2;
      shell.error(`syntax error: ${next.fault.message}`);
      if (!interactive) {
        shell.flow = { type: 'exit' };
        return status;
      }
    } else {
      if (!shell.options.noexec) status = await runOne(shell, next.command);
      if (shell.flow?.type === 'exit') return status;
      shell.flow = undefined;
    }
    await ask('PS1');
  }
}

type Next = { rest: string; line: number } & (
  | { type: 'more' }
  | { type: 'command'; command: Command }
  | { type: 'fault'; fault: SyntaxFault }
);

/** The first complete command of a text; `more` when its end is still to come. */
function nextCommand(shell: Shell, text: string, line: number, ended: boolean): Next {
  const known = ended ? text : text.slice(0, text.lastIndexOf('\n') + 1);
  const parser = shell.parser(known, line);
  const rest = () => text.slice(known.length - parser.remaining);
  try {
    const command = parser.nextLine();
    if (!command) return { type: 'more', rest: rest(), line: parser.line };
    if (parser.isOpen && !ended) return { type: 'more', rest: text, line };
    return { type: 'command', command, rest: rest(), line: parser.line };
  } catch (fault) {
    if (!(fault instanceof SyntaxFault)) throw fault;
    if (fault.incomplete && !ended) return { type: 'more', rest: text, line };
    const newline = text.indexOf('\n', known.length - parser.remaining);
    return { type: 'fault', fault, rest: newline < 0 ? '' : text.slice(newline + 1), line: fault.line + 1 };
  }
}

async function runOne(shell: Shell, command: Command): Promise<number> {
  if (!shell.options.interactive) return shell.run(command);
  shell.interrupted = false;
  try {
    return await shell.run(command);
  } catch (error) {
    shell.interrupted = false;
    const status = error instanceof Interrupted ? 128 + signalNumbers[error.signal] : shell.fault(error);
    shell.flow = undefined;
    shell.lastStatus = status;
    return status;
  }
}

async function readSome(process: Process): Promise<string> {
  for (;;) {
    try {
      return decode(await process.read(0, chunkBytes));
    } catch (error) {
      // A trap runs after the next command.
      if (!(error instanceof Interrupted)) throw error;
    }
  }
}
