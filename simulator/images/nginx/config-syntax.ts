/** A directive of nginx's configuration: `listen 80;`, or with a block `server { … }`. */
export interface Directive {
  name: string;
  args: string[];
  block?: Directive[];
  /** File and line of its name, for messages. */
  file: string;
  line: number;
}

/** An `[emerg]` that keeps nginx from starting. `message` is what stands behind `nginx: [emerg] `. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

interface Token {
  text: string;
  quoted: boolean;
  line: number;
}

/** Reads a configuration file into its directives, in nginx's words when that fails. */
export function parseConfig(text: string, file: string): Directive[] {
  const tokens = tokenize(text, file);
  let at = 0;
  const body = (inside: boolean): Directive[] => {
    const list: Directive[] = [];
    let words: Token[] = [];
    for (;;) {
      const token = tokens[at++];
      if (!token) {
        const line = text.split('\n').length;
        if (words.length > 0 || inside)
          throw new ConfigError(
            `unexpected end of file, expecting "${words.length > 0 ? ';" or "}' : '}'}" in ${file}:${line}`,
          );
        return list;
      }
      const mark = token.quoted ? '' : token.text;
      if (mark === ';' || mark === '{') {
        const [first, ...rest] = words;
        if (!first) throw new ConfigError(`unexpected "${mark}" in ${file}:${token.line}`);
        const directive = { name: first.text, args: rest.map((word) => word.text), file, line: token.line };
        list.push(mark === '{' ? { ...directive, block: body(true) } : directive);
        words = [];
      } else if (mark === '}') {
        if (words.length > 0 || !inside) throw new ConfigError(`unexpected "}" in ${file}:${token.line}`);
        return list;
      } else words.push(token);
    }
  };
  return body(false);
}

function tokenize(text: string, file: string): Token[] {
  const tokens: Token[] = [];
  let line = 1;
  let word: Token | undefined;
  for (let at = 0; at < text.length; at++) {
    const char = text[at] ?? '';
    const apart =
      /\s/.test(char) || char === ';' || char === '}' || (char === '{' && !word?.text.endsWith('$'));
    if (word && apart) {
      tokens.push(word);
      word = undefined;
    }
    if (char === '\n') line++;
    if (/\s/.test(char)) continue;
    if (apart) tokens.push({ text: char, quoted: false, line });
    else if (!word && char === '#') {
      while (at + 1 < text.length && text[at + 1] !== '\n') at++;
    } else if (!word && (char === '"' || char === "'")) {
      const start = line;
      let value = '';
      for (at++; at < text.length && text[at] !== char; at++) {
        if (text[at] === '\n') line++;
        if (text[at] === '\\') value += escaped(text[++at] ?? '');
        else value += text[at];
      }
      if (at >= text.length)
        throw new ConfigError(`unexpected end of file, expecting "${char}" in ${file}:${line}`);
      tokens.push({ text: value, quoted: true, line: start });
    } else if (char === '\\' && at + 1 < text.length) {
      word ??= { text: '', quoted: false, line };
      word.text += escaped(text[++at] ?? '');
    } else {
      word ??= { text: '', quoted: false, line };
      word.text += char;
      // `${name}` belongs to the word.
      if (word.text.endsWith('${')) {
        while (at + 1 < text.length && text[at] !== '}') word.text += text[++at];
      }
    }
  }
  if (word) tokens.push(word);
  return tokens;
}

/** What a backslash and this character mean in a word (ngx_conf_read_token); others keep their backslash. */
function escaped(char: string): string {
  const known: Record<string, string> = { '"': '"', "'": "'", '\\': '\\', t: '\t', r: '\r', n: '\n' };
  return known[char] ?? `\\${char}`;
}
