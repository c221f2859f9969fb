import type { Program } from '../../runtime/process';
import { decodeEscapes } from './escapes';

/** What echo prints for its arguments: -n, -e, -E in any combination first. */
export function echoText(args: string[]): string {
  let newline = true;
  let escapes = false;
  let index = 0;
  for (; index < args.length; index++) {
    const arg = args[index] as string;
    if (!/^-[neE]+$/.test(arg)) break;
    for (const letter of arg.slice(1)) {
      if (letter === 'n') newline = false;
      else escapes = letter === 'e';
    }
  }
  const text = (index === 0 ? args : args.slice(index)).join(' ');
  if (!escapes) return newline ? `${text}\n` : text;
  const { text: plain, stop } = decodeEscapes(text, true);
  return newline && !stop ? `${plain}\n` : plain;
}

export const echo: Program = async (process) => {
  await process.write(1, echoText(process.argv.slice(1)));
  return 0;
};
