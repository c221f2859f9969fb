import { setArray, setElement } from '../execute/arrays';
import { FieldBuilder } from '../expand/fields';
import { formatPrintf } from '../utilities/printf';
import { type Builtin, builtinOf } from './builtin';
import { inputBuiltins } from './input';
import { outputBuiltins, printfConversions } from './output';

const known = new Set(
  'dotglob extglob failglob globstar nocaseglob nullglob expand_aliases lastpipe checkwinsize histappend inherit_errexit'.split(
    ' ',
  ),
);

/** Input of this length is counted as memory of the shell. */
const noticeableBytes = 1 << 16;

/** bash: `mapfile -t lines < file`, with `-n -s -d -O -u`. */
const mapfile: Builtin = async (shell, args) => {
  const values = new Map<string, string>();
  let index = 0;
  for (; /^-./.test(args[index] ?? ''); index++) {
    const [, trims = '', letter = '', rest = ''] = /^-(t*)(.?)(.*)$/s.exec(args[index] as string) ?? [];
    if (trims !== '') values.set('t', '');
    if (letter === '') continue;
    if ('nsdOu'.includes(letter)) values.set(letter, rest || (args[++index] ?? ''));
    else {
      shell.error(
        `The embedded cluster does not simulate -${letter} of mapfile; use a kind cluster for that.`,
      );
      return 2;
    }
  }
  const name = args[index] ?? 'MAPFILE';
  const number = (letter: string) => Number(values.get(letter) ?? 0) || 0;
  const delimiter = values.has('d') ? (values.get('d')?.[0] ?? '\0') : '\n';
  let text = '';
  for (;;) {
    const data = await shell.process.read(number('u'));
    if (data.length === 0) break;
    text += Buffer.from(data).toString('latin1');
    // All of it is held: the lines, and once more as elements.
    if (text.length > noticeableBytes) shell.process.setMemory(2 * text.length);
  }
  const parts = text.split(delimiter);
  const last = parts.pop() ?? '';
  const ending = values.has('t') ? '' : delimiter;
  const lines = [...parts.map((part) => part + ending), ...(last === '' ? [] : [last])];
  const skipped = number('s');
  const most = number('n') || lines.length;
  const first = number('O');
  if (!values.has('O')) shell.variables.delete(name);
  const chosen = lines.slice(skipped, skipped + most);
  setArray(
    shell,
    name,
    chosen.map((value, at) => ({ subscript: String(first + at), value })),
    values.has('O'),
  );
  return 0;
};

/** bash: `read -a words`, else as everywhere. */
const read: Builtin = async (shell, args, word) => {
  const plain = inputBuiltins.read;
  const at = args.findIndex((arg) => /^-[a-z]*a$/.test(arg));
  const name = args[at + 1];
  if (!plain) return 1;
  if (at < 0 || name === undefined) return plain(shell, args, word);
  const letters = (args[at] ?? '').slice(0, -1);
  const options = [...args.slice(0, at), ...(letters === '-' ? [] : [letters]), ...args.slice(at + 2)];
  const status = await plain(shell, [...options, '-r'], word);
  const line = shell.get('REPLY') ?? '';
  const fields = new FieldBuilder(shell.separators);
  fields.split(line);
  fields.close();
  setArray(
    shell,
    name,
    fields.fields.map(({ text }) => ({ value: text })),
  );
  return status;
};

/** bash: `printf -v name`, else as everywhere. */
const printf: Builtin = (shell, args, word) => {
  const [option, name, format, ...values] = args;
  if (option !== '-v' || name === undefined || format === undefined)
    return outputBuiltins.printf?.(shell, args, word) ?? 1;
  const { output: text } = formatPrintf(format, values, printfConversions(shell));
  const [, array, subscript] = /^(\w+)\[(.*)\]$/s.exec(name) ?? [];
  if (array !== undefined && subscript !== undefined) setElement(shell, array, subscript, text);
  else shell.set(name, text);
  return 0;
};

/** bash: options of patterns that are not simulated are refused, the others make no difference to a script. */
const shopt: Builtin = (shell, args) => {
  const names = args.filter((arg) => !arg.startsWith('-'));
  const unknown = names.find((name) => !known.has(name));
  if (unknown !== undefined) {
    shell.error(`${unknown}: invalid shell option name`);
    return 1;
  }
  const refused = names.find((name) => /^(?:extglob|failglob|nocaseglob|lastpipe)$/.test(name));
  if (args.includes('-s') && refused !== undefined) {
    shell.error(`The embedded cluster does not simulate shopt -s ${refused}; use a kind cluster for that.`);
    return 1;
  }
  const changes = args.includes('-s') || args.includes('-u');
  for (const name of names) {
    if (args.includes('-s')) shell.shopt.add(name);
    else if (changes) shell.shopt.delete(name);
    else if (!args.includes('-q'))
      shell.print(1, `${name.padEnd(15)}\t${shell.shopt.has(name) ? 'on' : 'off'}\n`);
  }
  return changes || names.every((name) => shell.shopt.has(name)) ? 0 : 1;
};

/** bash: the builtin of that name, whatever function hides it. */
const builtin: Builtin = (shell, args) => {
  const [name, ...rest] = args;
  if (name === undefined) return 0;
  const found = builtinOf(shell, name);
  if (found) return found(shell, rest, name);
  shell.error(`${name}: not a shell builtin`);
  return 1;
};

const refusal =
  (name: string, instead: string): Builtin =>
  (shell) => {
    shell.error(`The embedded cluster does not simulate ${name}; ${instead}.`);
    return 2;
  };

export const shellListBuiltins: Record<string, Builtin> = {
  mapfile,
  readarray: mapfile,
  read,
  printf,
  shopt,
  builtin,
  coproc: refusal('coproc', 'use a fifo'),
};
