import { errorText } from '../../files/error-text';
import { FileError } from '../../files/file-system';
import { bashEscape } from '../execute/quoting';
import type { Later, Shell } from '../execute/shell';
import { evaluateArithmetic } from '../expand/arithmetic';
import { formatDate } from '../utilities/date-format';
import { echoText } from '../utilities/echo';
import { formatPrintf } from '../utilities/printf';
import type { Builtin } from './builtin';

/** Writes to standard output; waits while it is full. A failure is said, and makes status 1. */
function writeOut(shell: Shell, text: string): Later<number> {
  const failed = (error: unknown): number => {
    if (!(error instanceof FileError)) throw error;
    shell.print(2, `sh: write error: ${errorText(error)}\n`);
    return 1;
  };
  try {
    const waiting = shell.process.write(1, text);
    if (!waiting) return 0;
    return waiting.then(() => 0, failed);
  } catch (error) {
    return failed(error);
  }
}

const echo: Builtin = (shell, args) => writeOut(shell, echoText(args));

const printf: Builtin = (shell, args) => {
  const rest = args[0] === '--' ? args.slice(1) : args;
  if (rest.length === 0) {
    const bash = 'printf: usage: printf [-v var] format [arguments]\n';
    shell.print(2, shell.dialect === 'bash' ? bash : 'sh: usage: printf FORMAT [ARGUMENT...]\n');
    return 2;
  }
  const { output, errors } = formatPrintf(rest[0] as string, rest.slice(1), printfConversions(shell));
  const written = writeOut(shell, output);
  const finish = (status: number) => {
    for (const error of errors) {
      if (shell.dialect === 'bash')
        shell.error(error.replace(/^invalid number '(.*)'$/s, '$1: invalid number'));
      else shell.print(2, `sh: ${error}\n`);
    }
    return errors.length > 0 ? 1 : status;
  };
  return typeof written === 'number' ? finish(written) : written.then(finish);
};

/** bash: `%q` and `%(format)T`, of now without an argument. */
export function printfConversions(shell: Shell): Parameters<typeof formatPrintf>[2] {
  if (shell.dialect !== 'bash') return {};
  const { process } = shell;
  return {
    q: bashEscape,
    T: (format, argument) => {
      const seconds = argument === undefined || argument === '-1' ? undefined : Number(argument);
      return formatDate(format, seconds === undefined ? process.clock.now() : seconds * 1000, process);
    },
  };
}

const letBuiltin: Builtin = (shell, args) => {
  if (args.length === 0) {
    shell.error('expression expected');
    return 2;
  }
  let value = '0';
  for (const arg of args) value = evaluateArithmetic(arg, shell.arithmetic);
  return value === '0' ? 1 : 0;
};

export const outputBuiltins: Record<string, Builtin> = { echo, printf, let: letBuiltin };
