/**
 * Mends two faults of what @xterm/addon-serialize 0.14 writes: the pen of the ordinary buffer's end colours the alternate
 * buffer's beginning; and where dim text is followed by bold, `1` (bold) stands before `22` (neither bold nor dim), which
 * takes the bold away again.
 */
export function mendSerialized(text: string): string {
  return text
    .replace('\x1b[?1049h\x1b[H', '\x1b[0m\x1b[?1049h\x1b[H')
    .replace(/\x1b\[([\d;]*;22(?:;[\d;]*)?)m/g, (_, list: string) => `\x1b[${neitherFirst(list)}m`);
}

function neitherFirst(list: string): string {
  const parameters = list.split(';');
  const rest: string[] = [];
  let neither = false;
  for (let at = 0; at < parameters.length; at++) {
    const parameter = parameters[at] ?? '';
    // The numbers of a colour are no parameters of their own: 38;5;n or 38;2;r;g;b.
    const colour = parameter === '38' || parameter === '48' ? (parameters[at + 1] === '5' ? 2 : 4) : 0;
    if (parameter === '22') neither = true;
    else rest.push(...parameters.slice(at, at + colour + 1));
    at += colour;
  }
  return (neither ? ['22', ...rest] : rest).join(';');
}
