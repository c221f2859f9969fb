import { decode, toBytes, toText } from '../../files/byte-string';
import type { OpenFile } from '../../files/open-file';
import { type Terminal, terminalOf } from '../../files/terminal';
import type { Process } from '../../runtime/process';
import { LineEditor } from '../../shell/interactive/line-editor';
import { ConnectError, MysqlClient, type Result } from './client';
import { type ClientOptions, parseClient } from './options';

/** mysql: statements of -e, of standard input, or of a prompt. */
export async function mysql(process: Process, release: string): Promise<number> {
  const options = parseClient('mysql', process);
  if (typeof options === 'string') return fail(process, options);
  if (options.version) {
    await process.write(1, `mysql  Ver ${release} for Linux on x86_64 (MySQL Community Server - GPL)\n`);
    return 0;
  }
  options.schema ??= options.operands[0];
  if (options.shown) await warn(process, 'mysql');
  try {
    if (options.asks) options.password = await askPassword(process);
    const client = await MysqlClient.connect(process, options);
    return await new Shell(process, client, options, release).run();
  } catch (error) {
    if (!(error instanceof ConnectError)) throw error;
    return fail(process, `ERROR ${error.code} (${error.state}): ${error.message}`);
  }
}

/** mysqladmin: ping, status, version, and create and drop of databases. */
export async function mysqladmin(process: Process): Promise<number> {
  const options = parseClient('mysqladmin', process);
  if (typeof options === 'string') return fail(process, options);
  const [command = '', name = ''] = options.operands;
  if (!/^(ping|create|drop)$/.test(command))
    return fail(
      process,
      `mysqladmin: The embedded cluster does not simulate "mysqladmin ${command}"; use a kind cluster for that.`,
    );
  if (options.shown) await warn(process, 'mysqladmin');
  let client: MysqlClient;
  try {
    if (options.asks) options.password = await askPassword(process);
    client = await MysqlClient.connect(process, options);
  } catch (error) {
    if (!(error instanceof ConnectError)) throw error;
    const host = options.host || 'localhost';
    await fail(process, `mysqladmin: connect to server at '${host}' failed\nerror: '${error.message}'`);
    if (error.code === 2002) await fail(process, `Check that mysqld is running and that the socket exists!`);
    // A server that says no is alive.
    return command === 'ping' && error.code < 2_000 ? 0 : 1;
  }
  if (command === 'ping') {
    await process.write(1, 'mysqld is alive\n');
    return 0;
  }
  const result = await client.query(`${command} database \`${name}\``);
  if (result.kind !== 'error') return 0;
  const what = command === 'create' ? 'CREATE' : 'DROP';
  return fail(process, `mysqladmin: ${what} DATABASE failed; error: '${result.message}'`);
}

async function fail(process: Process, text: string): Promise<number> {
  await process.write(2, toBytes(`${text}\n`));
  return 1;
}

async function warn(process: Process, program: string): Promise<void> {
  await process.write(
    2,
    `${program}: [Warning] Using a password on the command line interface can be insecure.\n`,
  );
}

async function askPassword(process: Process): Promise<string> {
  const file = process.fds.get(0);
  const terminal = terminalOf(file);
  await process.write(1, 'Enter password: ');
  if (!file || !terminal) return toText(decode(await process.read(0)).replace(/\r?\n[\s\S]*$/, ''));
  terminal.setModes({ echo: false });
  try {
    return toText(decode(await process.read(0)).replace(/\r?\n$/, ''));
  } finally {
    terminal.setModes({ echo: true });
    await process.write(1, '\n');
  }
}

class Shell {
  constructor(
    private readonly process: Process,
    private readonly client: MysqlClient,
    private readonly options: ClientOptions,
    private readonly release: string,
  ) {}

  async run(): Promise<number> {
    const { options, process } = this;
    if (options.statements !== undefined) return this.script(options.statements);
    const file = process.fds.get(0);
    const terminal = terminalOf(file);
    if (file && terminal) return this.prompt(file, terminal);
    let text = '';
    for (let part = await process.read(0); part.length > 0; part = await process.read(0))
      text += decode(part);
    return this.script(toText(text));
  }

  /** Ends at the first statement that fails. */
  private async script(text: string): Promise<number> {
    const { statements, rest } = split(`${text};`);
    for (const statement of rest.trim() === '' ? statements : [...statements, rest])
      if (!(await this.one(statement, ' at line 1'))) return 1;
    return 0;
  }

  private async prompt(file: OpenFile, terminal: Terminal): Promise<number> {
    const { process, release } = this;
    await process.write(
      1,
      `Welcome to the MySQL monitor.  Commands end with ; or \\g.\nServer version: ${release} MySQL Community Server - GPL\n\nType 'help;' or '\\h' for help. Type '\\c' to clear the current input statement.\n\n`,
    );
    const editor = new LineEditor(process, file, terminal, () => ({ choices: [] }));
    for (let pending = ''; ; ) {
      const edited = await editor.read(pending === '' ? 'mysql> ' : '    -> ');
      if (edited.type !== 'line' || /^\s*(quit|exit|\\q)\s*;?\s*$/i.test(edited.text)) break;
      const { statements, rest } = split(`${pending}${edited.text}\n`);
      pending = rest.trim() === '' || /\\c\s*$/.test(rest) ? '' : rest;
      for (const statement of statements) await this.one(statement, '');
    }
    await process.write(1, 'Bye\n');
    return 0;
  }

  private async one(statement: string, where: string): Promise<boolean> {
    const { process } = this;
    const sql = statement.replace(/^(\s*--\s[^\n]*\n)+/, '').trim();
    if (sql === '') return true;
    const result = await this.client.query(sql);
    if (result.kind === 'error') {
      await process.write(2, toBytes(`ERROR ${result.code} (${result.state})${where}: ${result.message}\n`));
      return false;
    }
    await process.write(1, toBytes(this.shown(result)));
    return true;
  }

  private shown(result: Exclude<Result, { kind: 'error' }>): string {
    const { options, process } = this;
    const boxed = (options.table || process.isTerminal(1)) && !options.silent;
    const talks = process.isTerminal(1) && options.statements === undefined;
    if (result.kind === 'done')
      return talks
        ? `Query OK, ${result.rows} row${result.rows === 1 ? '' : 's'} affected (0.01 sec)\n\n`
        : '';
    const count = result.rows.length;
    if (count === 0) return talks ? 'Empty set (0.00 sec)\n\n' : '';
    const head = options.names ? [result.columns] : [];
    const rows = [...head, ...result.rows.map((row) => row.map((value) => value ?? 'NULL'))];
    if (!boxed) return rows.map((row) => `${row.join('\t')}\n`).join('');
    const widths = result.columns.map((_, at) => Math.max(...rows.map((row) => row[at]?.length ?? 0)));
    const rule = `+${widths.map((width) => '-'.repeat(width + 2)).join('+')}+\n`;
    const line = (row: string[]) =>
      `|${row.map((value, at) => ` ${value.padEnd(widths[at] ?? 0)} `).join('|')}|\n`;
    const [first, ...others] = rows.map(line);
    const table = options.names
      ? `${rule}${first}${rule}${others.join('')}${rule}`
      : `${rule}${rows.map(line).join('')}${rule}`;
    return talks ? `${table}${count} row${count === 1 ? '' : 's'} in set (0.00 sec)\n\n` : table;
  }
}

/** Statements that end in `;` or `\g`, and what is left behind them; texts in quotes stay whole. */
function split(text: string): { statements: string[]; rest: string } {
  const statements: string[] = [];
  let start = 0;
  for (const { 0: token, index } of text.matchAll(
    /'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|`[^`]*`|--\s[^\n]*|;|\\g/gs,
  )) {
    if (token !== ';' && token !== '\\g') continue;
    statements.push(text.slice(start, index));
    start = index + token.length;
  }
  return { statements, rest: text.slice(start) };
}
