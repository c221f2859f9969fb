/**
 * The words of a line as redis-cli, the configuration file and inline commands write them: in double quotes with
 * escapes, in single quotes, or bare. Undefined when a quote is not closed, or something follows it at once.
 */
export function splitWords(line: string): string[] | undefined {
  const words: string[] = [];
  let at = 0;
  for (;;) {
    while (at < line.length && /\s/.test(line[at] as string)) at++;
    if (at >= line.length) return words;
    let word = '';
    while (at < line.length && !/\s/.test(line[at] as string)) {
      const quote = line[at];
      if (quote !== '"' && quote !== "'") {
        word += line[at++];
        continue;
      }
      const quoted = quote === '"' ? doubleQuoted(line, at + 1) : singleQuoted(line, at + 1);
      if (!quoted || (quoted.end < line.length && !/\s/.test(line[quoted.end] as string))) return undefined;
      word += quoted.text;
      at = quoted.end;
    }
    words.push(word);
  }
}

const escapes: Record<string, string> = { n: '\n', r: '\r', t: '\t', b: '\b', a: '\x07' };

function doubleQuoted(line: string, start: number): { text: string; end: number } | undefined {
  let text = '';
  for (let at = start; at < line.length; at++) {
    const char = line[at] as string;
    if (char === '"') return { text, end: at + 1 };
    if (char !== '\\' || at + 1 >= line.length) {
      text += char;
      continue;
    }
    const hex = /^x([0-9a-fA-F]{2})/.exec(line.slice(at + 1, at + 4))?.[1];
    if (hex !== undefined) {
      text += String.fromCharCode(Number.parseInt(hex, 16));
      at += 3;
    } else {
      const next = line[++at] as string;
      text += escapes[next] ?? next;
    }
  }
  return undefined;
}

function singleQuoted(line: string, start: number): { text: string; end: number } | undefined {
  let text = '';
  for (let at = start; at < line.length; at++) {
    const char = line[at] as string;
    if (char === "'") return { text, end: at + 1 };
    if (char === '\\' && line[at + 1] === "'") at++;
    text += line[at];
  }
  return undefined;
}

/** A byte string in double quotes, as redis-cli shows strings on a terminal. */
export function quoted(text: string): string {
  const inner = text.replace(/[\\"\x00-\x1f\x7f-\xff]/g, (char) => {
    if (char === '\\' || char === '"') return `\\${char}`;
    const letter = Object.entries(escapes).find(([, escaped]) => escaped === char)?.[0];
    return letter ? `\\${letter}` : `\\x${char.charCodeAt(0).toString(16).padStart(2, '0')}`;
  });
  return `"${inner}"`;
}
