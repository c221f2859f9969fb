import type { Command } from '../syntax/ast';
import type { Shell } from './shell';
import { runSimple } from './simple-command';

/**
 * Runs what is the last of `sh -c`: a program takes the place of the shell instead of being waited for, as BusyBox ash (EV_EXIT)
 * and bash do it; Debian's dash does not.
 */
export async function runLastCommand(shell: Shell, command: Command): Promise<number> {
  const { dialect, options } = shell;
  if (dialect === 'dash' || options.interactive || hasTraps(shell)) return shell.run(command);
  switch (command.type) {
    case 'simple':
      if (dialect === 'bash' && command.redirects.length > 0) return shell.run(command);
      return shell.afterwards(runSimple(shell, command, true), true);
    case 'list': {
      const last = command.items.at(-1);
      if (!last || last.background) return shell.run(command);
      let status = 0;
      if (command.items.length > 1)
        status = await shell.run({ type: 'list', items: command.items.slice(0, -1) });
      return shell.flow ? status : runLastCommand(shell, last.command);
    }
    case 'and-or': {
      const status = await shell.test(command.left);
      if (shell.flow || (status === 0) !== (command.operator === '&&')) return status;
      return runLastCommand(shell, command.right);
    }
    case 'group':
    case 'subshell':
      if (dialect === 'bash' || command.redirects.length > 0) return shell.run(command);
      return runLastCommand(shell, command.body);
    case 'if': {
      if (dialect === 'bash' || command.redirects.length > 0) return shell.run(command);
      for (const { condition, body } of command.clauses) {
        const status = await shell.test(condition);
        if (shell.flow) return status;
        if (status === 0) return runLastCommand(shell, body);
      }
      shell.lastStatus = 0;
      return command.otherwise ? runLastCommand(shell, command.otherwise) : 0;
    }
    default:
      return shell.run(command);
  }
}

/** A trap that is to run keeps the shell; one that ignores a signal goes on to the program. */
function hasTraps(shell: Shell): boolean {
  return [...shell.traps.values()].some((command) => command !== '');
}
