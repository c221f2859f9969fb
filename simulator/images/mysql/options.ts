import type { Process } from '../../runtime/process';
import type { Target } from './client';

export interface ClientOptions extends Target {
  /** -p without a password: it is asked for. */
  asks: boolean;
  /** It stood on the command line. */
  shown: boolean;
  statements: string | undefined;
  names: boolean;
  silent: boolean;
  table: boolean;
  /** mysqladmin -w */
  wait: boolean;
  version: boolean;
  operands: string[];
}

/** Long names of options with a value, and without one. */
const valued: Record<string, string> = { host: 'h', port: 'P', user: 'u', database: 'D', execute: 'e' };
const switches: Record<string, string> = {
  'skip-column-names': 'N',
  silent: 's',
  batch: 'B',
  table: 't',
  version: 'V',
  verbose: 'v',
  'no-auto-rehash': 'A',
  wait: 'w',
};
/** Without effect here. */
const ignored =
  /^--(protocol|default-character-set|connect-timeout|socket|ssl-mode|get-server-public-key|skip-ssl|binary-mode)\b/;

/** Options of MySQL's clients, or the words for one that they do not know. */
export function parseClient(program: string, process: Process): ClientOptions | string {
  const options: ClientOptions = {
    ...{ host: process.env.get('MYSQL_HOST') ?? '', port: 3306, user: process.uid === 0 ? 'root' : 'mysql' },
    ...{ password: process.env.get('MYSQL_PWD') ?? '', schema: undefined, asks: false, shown: false },
    ...{
      statements: undefined,
      names: true,
      silent: false,
      table: false,
      wait: false,
      version: false,
      operands: [],
    },
  };
  const set = (letter: string, value: string) => {
    if (letter === 'h') options.host = value;
    else if (letter === 'P') options.port = Number(value) || 3306;
    else if (letter === 'u') options.user = value;
    else if (letter === 'D') options.schema = value;
    else options.statements = value;
  };
  const args = process.argv.slice(1).flatMap(apart);
  for (let at = 0; at < args.length; at++) {
    const arg = args[at] ?? '';
    const [, long, given] = /^--([\w-]+)(?:=(.*))?$/s.exec(arg) ?? [];
    const letter =
      long === undefined ? (/^-(\w)/.exec(arg)?.[1] ?? '') : (valued[long] ?? switches[long] ?? '');
    const glued = long === undefined && arg.length > 2 ? arg.slice(2) : given;
    if (ignored.test(arg)) continue;
    if (letter === 'p' || long === 'password') {
      options.shown = glued !== undefined;
      options.asks = glued === undefined;
      options.password = glued ?? '';
    } else if (/^[hPuDe]$/.test(letter)) {
      const value = glued ?? args[++at];
      if (value === undefined) return `${program}: [ERROR] ${program}: option '${arg}' requires an argument.`;
      set(letter, value);
    } else if (/^[NsBtVvAw]$/.test(letter)) apply(options, letter);
    else if (arg.startsWith('-')) return `${program}: [ERROR] unknown option '${arg}'.`;
    else options.operands.push(arg);
  }
  return options;
}

/** `-Ne` is `-N -e`. */
function apart(arg: string): string[] {
  const [, first = '', rest] = /^-([NsBtVvAw])(.+)$/.exec(arg) ?? [];
  return rest === undefined ? [arg] : [`-${first}`, ...apart(`-${rest}`)];
}

function apply(options: ClientOptions, letter: string): void {
  if (letter === 'N') options.names = false;
  else if (letter === 's') options.silent = true;
  else if (letter === 't') options.table = true;
  else if (letter === 'V') options.version = true;
  else if (letter === 'w') options.wait = true;
}
