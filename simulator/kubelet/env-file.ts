/**
 * The value of a variable in an env file: `KEY='value'`, in single quotes and over lines if need be, with comments and empty lines
 * between (kubelet util.ParseEnv). Undefined: not there. Throws SyntaxError for anything else before it.
 */
export function valueInEnvFile(text: string, key: string): string | undefined {
  let rest = text;
  while (rest !== '') {
    const skipped = /^(?:[ \t]*(?:#[^\n]*)?\n|[ \t]*#[^\n]*$|[ \t]+$)/.exec(rest)?.[0];
    if (skipped) {
      rest = rest.slice(skipped.length);
      continue;
    }
    const [line, name = '', value = ''] =
      /^([^\s=#'][^\s=]*)='([^']*)'[ \t]*(?:#[^\n]*)?(?:\n|$)/.exec(rest) ?? [];
    if (line === undefined) throw new SyntaxError(`not KEY='value': ${rest.split('\n', 1)[0]}`);
    if (name === key) return value;
    rest = rest.slice(line.length);
  }
  return undefined;
}
