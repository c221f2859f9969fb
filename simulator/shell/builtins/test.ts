import { runTest } from '../utilities/test';
import type { Builtin } from './builtin';

const test: Builtin = (shell, args, name) => {
  const { status, message } = runTest(shell.process, name, args);
  if (message === undefined) return status;
  if (shell.dialect === 'bash') shell.error(message);
  else shell.print(2, `sh: ${message}\n`);
  return status;
};

export const testBuiltins: Record<string, Builtin> = { test, '[': test, '[[': test };
