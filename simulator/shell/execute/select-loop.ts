import { terminalOf } from '../../files/terminal';
import { builtins } from '../builtins/builtin';
import type { Command } from '../syntax/ast';
import { leavesLoop } from './compound-commands';
import type { Shell } from './shell';

/** bash: `select`: a menu, and the body for each number that is typed, until `break` or the end of input. */
export async function selectLoop(
  shell: Shell,
  command: Extract<Command, { type: 'select' }>,
): Promise<number> {
  const choices = command.words
    ? await shell.drive(shell.expander.words(command.words, []))
    : shell.positional;
  if (choices.length === 0) return 0;
  let status = 0;
  let shows = true;
  shell.loops++;
  try {
    for (;;) {
      if (shows) shell.print(2, menu(choices, columnsOf(shell)));
      shell.print(2, shell.get('PS3') ?? '#? ');
      const read = await builtins.read?.(shell, ['-r'], 'read');
      if (read !== 0) {
        shell.print(1, '\n');
        status = 1;
        break;
      }
      const reply = (shell.get('REPLY') ?? '').trim();
      shows = reply === '';
      if (shows) continue;
      shell.set(command.name, /^\d+$/.test(reply) ? (choices[Number(reply) - 1] ?? '') : '');
      status = await shell.run(command.body);
      if (shell.flow && leavesLoop(shell)) break;
    }
  } finally {
    shell.loops--;
  }
  shell.lastStatus = status;
  return status;
}

function columnsOf(shell: Shell): number {
  return Number(shell.get('COLUMNS')) || (terminalOf(shell.process.fds.get(2))?.columns ?? 80);
}

/** The column behind a text with tabs. */
function placeOf(text: string): number {
  let place = 0;
  for (const c of text) place += c === '\t' ? 8 - (place % 8) : 1;
  return place;
}

/** Tabs as far as they go, then blanks. */
function indent(to: number, from: number): string {
  let text = '';
  for (let at = from; at < to; at = placeOf(' '.repeat(from) + text))
    text += Math.floor(to / 8) > Math.floor(at / 8) ? '\t' : ' ';
  return text;
}

/** The numbered choices, in columns where one row does not hold them all. */
function menu(choices: readonly string[], columns: number): string {
  const digits = String(choices.length).length;
  const width = Math.max(...choices.map((choice) => choice.length)) + digits + 4;
  const across = Math.max(1, Math.floor(columns / width));
  let rows = Math.ceil(choices.length / across);
  if (rows === 1) rows = choices.length;
  let text = '';
  for (let row = 0; row < rows; row++) {
    let line = '';
    for (let at = row, column = 0; at < choices.length; at += rows, column++) {
      const numberWidth = column === 0 ? String(rows).length : digits;
      line += `${indent(width * column, placeOf(line))}${String(at + 1).padStart(numberWidth)}) ${choices[at]}`;
    }
    text += `${line}\n`;
  }
  return text;
}
