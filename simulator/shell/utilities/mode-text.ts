import type { InodeStat } from '../../files/inode';

const typeLetters: Record<string, string> = {
  file: '-',
  directory: 'd',
  symlink: 'l',
  fifo: 'p',
  device: 'c',
};

/** `drwxr-xr-x` */
export function modeText(stat: InodeStat): string {
  const { mode } = stat;
  const triple = (shift: number, special: boolean, letter: string) => {
    const bits = (mode >> shift) & 7;
    const execute = bits & 1 ? (special ? letter : 'x') : special ? letter.toUpperCase() : '-';
    return `${bits & 4 ? 'r' : '-'}${bits & 2 ? 'w' : '-'}${execute}`;
  };
  const first = stat.type === 'device' && !stat.character ? 'b' : (typeLetters[stat.type] ?? '?');
  return (
    first +
    triple(6, (mode & 0o4000) !== 0, 's') +
    triple(3, (mode & 0o2000) !== 0, 's') +
    triple(0, (mode & 0o1000) !== 0, 't')
  );
}

/** chmod(1)'s mode: octal or symbolic; undefined when it is neither. */
export function parseMode(
  text: string,
  current: number,
  directory: boolean,
  umask: number,
): number | undefined {
  if (/^[0-7]{1,5}$/.test(text)) return Number.parseInt(text, 8);
  let mode = current;
  for (const clause of text.split(',')) {
    const match = /^([ugoa]*)((?:[-+=][rwxXstugo]*)+)$/.exec(clause);
    if (!match) return undefined;
    const who = match[1] === '' || match[1]?.includes('a') ? 'ugo' : (match[1] as string);
    const masked = match[1] === '' ? umask : 0;
    for (const [, operator, letters] of (match[2] as string).matchAll(/([-+=])([rwxXstugo]*)/g)) {
      let bits = 0;
      let affected = 0;
      for (const each of who) {
        const shift = { u: 6, g: 3, o: 0 }[each] ?? 0;
        affected |= 7 << shift;
        for (const letter of letters as string) {
          if (letter === 'r') bits |= 4 << shift;
          else if (letter === 'w') bits |= 2 << shift;
          else if (letter === 'x' || (letter === 'X' && (directory || (current & 0o111) !== 0)))
            bits |= 1 << shift;
          else if (letter === 's') bits |= { u: 0o4000, g: 0o2000, o: 0 }[each] ?? 0;
          else if (letter === 't') bits |= 0o1000;
          else if ('ugo'.includes(letter))
            bits |= ((mode >> ({ u: 6, g: 3, o: 0 }[letter] ?? 0)) & 7) << shift;
        }
      }
      bits &= ~masked;
      if (operator === '+') mode |= bits;
      else if (operator === '-') mode &= ~bits;
      else mode = (mode & ~affected) | bits;
    }
  }
  return mode;
}
