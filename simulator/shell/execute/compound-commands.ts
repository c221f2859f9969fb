import { matchesPattern } from '../expand/expander';
import type { Command } from '../syntax/ast';
import { startBackground } from './pipelines';
import { closeProcesses } from './process-substitution';
import type { Shell } from './shell';
import { traceBash, traced } from './trace';

export async function list(shell: Shell, command: Extract<Command, { type: 'list' }>): Promise<number> {
  let status = 0;
  for (const { command: item, background } of command.items) {
    if (background) {
      startBackground(shell, item);
      status = 0;
      shell.lastStatus = 0;
    } else {
      const result = shell.run(item);
      status = typeof result === 'number' ? result : await result;
    }
    if (shell.flow) break;
  }
  return status;
}

export async function andOr(shell: Shell, command: Extract<Command, { type: 'and-or' }>): Promise<number> {
  const status = await shell.test(command.left);
  if (shell.flow || (status === 0) !== (command.operator === '&&')) return status;
  return shell.run(command.right);
}

export async function ifCommand(shell: Shell, command: Extract<Command, { type: 'if' }>): Promise<number> {
  for (const { condition, body } of command.clauses) {
    const status = await shell.test(condition);
    if (shell.flow) return status;
    if (status === 0) return shell.run(body);
  }
  shell.lastStatus = 0;
  return command.otherwise ? shell.run(command.otherwise) : 0;
}

export async function loop(shell: Shell, command: Extract<Command, { type: 'loop' }>): Promise<number> {
  let status = 0;
  shell.loops++;
  try {
    for (;;) {
      shell.tested++;
      let test: number;
      try {
        const result = shell.run(command.condition);
        test = typeof result === 'number' ? result : await result;
      } finally {
        shell.tested--;
      }
      if (shell.flow) {
        if (leavesLoop(shell)) break;
        continue;
      }
      if ((test === 0) === command.until) break;
      const result = shell.run(command.body);
      status = typeof result === 'number' ? result : await result;
      if (shell.flow && leavesLoop(shell)) break;
    }
  } finally {
    shell.loops--;
  }
  shell.lastStatus = status;
  return status;
}

export async function forLoop(shell: Shell, command: Extract<Command, { type: 'for' }>): Promise<number> {
  const held = shell.processFds.length;
  const words = command.words ? await shell.drive(shell.expander.words(command.words, [])) : shell.positional;
  let status = 0;
  shell.lastStatus = 0;
  shell.loops++;
  try {
    for (const word of words) {
      traceBash(shell, () => `for ${command.name} in ${words.map((each) => traced(shell, each)).join(' ')}`);
      shell.set(command.name, word);
      const result = shell.run(command.body);
      status = typeof result === 'number' ? result : await result;
      if (shell.flow && leavesLoop(shell)) break;
    }
  } finally {
    shell.loops--;
    closeProcesses(shell, held);
  }
  return status;
}

/** Takes one level off a `break` or `continue`; whether this loop ends. */
export function leavesLoop(shell: Shell): boolean {
  const flow = shell.flow;
  if (!flow) return false;
  if (flow.type !== 'break' && flow.type !== 'continue') return true;
  if (flow.levels > 1) {
    shell.flow = { type: flow.type, levels: flow.levels - 1 };
    return true;
  }
  shell.flow = undefined;
  return flow.type === 'break';
}

export async function caseCommand(
  shell: Shell,
  command: Extract<Command, { type: 'case' }>,
): Promise<number> {
  const subject = await shell.drive(shell.expander.text(command.word));
  traceBash(shell, () => `case ${traced(shell, subject)} in`);
  let through = false;
  let status = 0;
  shell.lastStatus = 0;
  for (const item of command.items) {
    let matched = through;
    for (const pattern of item.patterns) {
      if (matched) break;
      matched = matchesPattern(await shell.drive(shell.expander.pattern(pattern)), subject);
    }
    if (!matched) continue;
    if (item.body) status = await shell.run(item.body);
    through = item.fallThrough;
    if (shell.flow || !(through || item.goesOn)) return status;
  }
  return status;
}
