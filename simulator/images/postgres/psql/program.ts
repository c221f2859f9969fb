import { decode, toBytes, toText } from '../../../files/byte-string';
import { errorText } from '../../../files/error-text';
import { FileError } from '../../../files/file-system';
import type { OpenFile } from '../../../files/open-file';
import { type Terminal, terminalOf } from '../../../files/terminal';
import type { Process } from '../../../runtime/process';
import { LineEditor } from '../../../shell/interactive/line-editor';
import { accountOf } from '../account';
import { type Answer, ConnectError, PostgresClient } from '../client';
import { splitStatements, takeStatements } from '../sql/split';
import { describeTable, listDatabases, listRelations, listRoles, listSchemas } from './describe';
import { changeDisplay } from './display';
import { type PsqlOptions, parsePsql } from './options';
import { type ShownTable, type TableStyle, tableText } from './table-text';

/** psql: runs commands, a file, standard input, or a prompt. */
export async function psql(process: Process, release: string): Promise<number> {
  const args = process.argv.slice(1).map(toText);
  const options = parsePsql(args, process.env, accountOf(process), release);
  if ('text' in options) {
    await process.write(options.code === 0 ? 1 : 2, toBytes(options.text));
    return options.code;
  }
  const session = new Psql(process, options, release);
  try {
    return await session.run();
  } catch (error) {
    if (!(error instanceof ConnectError)) throw error;
    await process.write(2, toBytes(`psql: error: ${error.message}\n`));
    return 2;
  }
}

/** Kinds of numbers, which stand on the right (pg_type). */
const rightAligned = new Set([20, 21, 23, 26, 700, 701, 790, 1700]);

class Psql {
  private client: PostgresClient | undefined;
  private readonly style: TableStyle;
  private timing = false;
  private interactive = false;

  constructor(
    private readonly process: Process,
    private readonly options: PsqlOptions,
    private readonly release: string,
  ) {
    this.style = {
      aligned: !options.unaligned,
      tuplesOnly: options.tuplesOnly,
      expanded: options.expanded,
      separator: options.separator,
      nullText: '',
      csv: options.csv,
    };
  }

  async run(): Promise<number> {
    const { options, process } = this;
    await this.connect();
    if (options.list) {
      await this.showTable(await listDatabases((sql) => this.ask(sql), options.user, this.major));
      return 0;
    }
    const file = process.fds.get(0);
    const terminal = terminalOf(file);
    if (options.actions.length > 0) return this.actions();
    if (file && terminal) return this.prompt(file, terminal);
    return this.script(toText(await this.input()), '<stdin>');
  }

  private get major(): number {
    return Number.parseInt(this.release, 10);
  }

  private async connect(database = this.options.database): Promise<void> {
    const { host, port, user, password, neverAsk } = this.options;
    const ask = async () => (neverAsk ? '' : this.readPassword(user));
    const client = await PostgresClient.connect(this.process, { host, port, user, database, password }, ask);
    await this.client?.close();
    this.client = client;
    this.options.database = database;
  }

  private async readPassword(user: string): Promise<string> {
    const terminal = terminalOf(this.process.fds.get(0));
    if (!terminal) return '';
    await this.process.write(2, `Password for user ${user}: `);
    terminal.setModes({ echo: false });
    try {
      return toText(decode(await this.process.read(0))).replace(/\n$/, '');
    } finally {
      terminal.setModes({ echo: true });
      await this.process.write(2, '\n');
    }
  }

  private async actions(): Promise<number> {
    for (const { kind, text } of this.options.actions) {
      if (kind === 'command') {
        const good = text.startsWith('\\') ? await this.meta(text) : await this.query(text, '');
        if (!good) return 1;
        continue;
      }
      let content: string;
      try {
        content = text === '-' ? await this.input() : decode(this.process.files.readFile(toBytes(text)));
      } catch (error) {
        if (!(error instanceof FileError)) throw error;
        await this.say(2, `psql: error: ${text}: ${errorText(error)}\n`);
        return 1;
      }
      const code = await this.script(toText(content), text);
      if (code !== 0) return code;
    }
    return 0;
  }

  /** Statements one by one; a line that begins with a backslash is psql's own. Goes on after errors unless told to stop. */
  private async script(text: string, name: string): Promise<number> {
    let pending = '';
    let line = 0;
    if (this.options.single && !(await this.query('BEGIN', ''))) return 3;
    for (const each of [...text.split('\n'), '\0']) {
      line++;
      let good = true;
      if (each === '\0') {
        for (const statement of splitStatements(pending))
          good = (await this.query(statement, `psql:${name}:${line - 1}: `)) && good;
      } else if (pending.trim() === '' && each.startsWith('\\')) {
        if (/^\\q\b/.test(each)) break;
        good = await this.meta(each);
      } else {
        const { statements, rest } = takeStatements(`${pending}${each}\n`);
        pending = rest;
        for (const statement of statements)
          good = (await this.query(`${statement};`, `psql:${name}:${line}: `)) && good;
      }
      if (!this.client) return 2;
      if (!good && this.options.stopOnError) return 3;
    }
    if (this.options.single) await this.query('COMMIT', '');
    return 0;
  }

  private async prompt(file: OpenFile, terminal: Terminal): Promise<number> {
    const editor = new LineEditor(this.process, file, terminal, () => ({ choices: [] }));
    this.interactive = true;
    if (!this.options.quiet) await this.say(1, `psql (${this.release})\nType "help" for help.\n\n`);
    let pending = '';
    let quote = '';
    for (;;) {
      const mark = this.client?.state === 'T' ? '*' : this.client?.state === 'E' ? '!' : '';
      const place = `${this.options.database}${pending === '' ? '=' : quote || '-'}${mark}# `;
      const edited = await editor.read(place);
      if (edited.type === 'end') {
        await this.say(1, '\\q\n');
        return 0;
      }
      if (edited.type === 'interrupt') {
        pending = '';
        continue;
      }
      const line = toText(edited.text);
      if (pending === '' && /^\s*(\\q|quit|exit)\s*;?\s*$/.test(line)) return 0;
      if (pending === '' && /^\s*help\s*;?\s*$/.test(line)) {
        await this.say(
          1,
          'You are using psql, the command-line interface to PostgreSQL.\nType:  \\l, \\dt, \\d NAME, \\du, \\c DATABASE, \\x, \\conninfo\n       \\q to quit\n',
        );
        continue;
      }
      if (pending === '' && /^\s*\\/.test(line)) {
        await this.meta(line.trim());
        continue;
      }
      const taken = takeStatements(`${pending}${line}\n`);
      pending = taken.rest.trim() === '' ? '' : `${taken.rest}\n`;
      quote = taken.quote;
      for (const statement of taken.statements) await this.query(`${statement};`, '');
    }
  }

  /** Runs a text of statements and shows what comes. False when one failed. */
  private async query(sql: string, place: string): Promise<boolean> {
    if (!this.client) return false;
    if (this.options.echo) await this.say(1, `${sql}\n`);
    const began = this.process.clock.now();
    let good = true;
    for await (const answer of this.client.query(this.withVariables(sql))) {
      if (!answer) {
        await this.say(
          2,
          `${place}server closed the connection unexpectedly\n\tThis probably means the server terminated abnormally\n\tbefore or while processing the request.\n`,
        );
        this.client = undefined;
        return false;
      }
      if (answer.kind === 'error') good = false;
      await this.show(answer, sql, place);
    }
    if (this.timing) await this.say(1, `Time: ${(this.process.clock.now() - began).toFixed(3)} ms\n`);
    return good;
  }

  private withVariables(sql: string): string {
    return sql.replace(
      /(?<![:\w]):(?:'(\w+)'|"(\w+)"|(\w+))/g,
      (whole, text?: string, name?: string, plain?: string) => {
        const value = this.options.variables.get(text ?? name ?? plain ?? '');
        if (value === undefined) return whole;
        return text === undefined
          ? name === undefined
            ? value
            : `"${value}"`
          : `'${value.replaceAll("'", "''")}'`;
      },
    );
  }

  private async show(answer: Answer, sql: string, place: string): Promise<void> {
    if (answer.kind === 'error' || answer.kind === 'notice')
      return this.showFields(answer.fields, sql, place);
    if (answer.kind === 'done') {
      if (!this.options.quiet && !(this.style.tuplesOnly && !this.interactive && /^$/.test(answer.tag)))
        await this.say(1, `${answer.tag}\n`);
      return;
    }
    await this.showTable({
      columns: answer.columns.map(({ name, oid }) => ({ name, right: rightAligned.has(oid) })),
      rows: answer.rows,
    });
    if (/^(INSERT|UPDATE|DELETE)/.test(answer.tag) && !this.options.quiet)
      await this.say(1, `${answer.tag}\n`);
  }

  private async showFields(fields: Map<string, string>, sql: string, place: string): Promise<void> {
    const lines = [`${place}${fields.get('S')}:  ${fields.get('M')}`];
    const position = Number(fields.get('P') ?? 0);
    if (position > 0) {
      const before = sql.slice(0, position - 1);
      const number = before.split('\n').length;
      const text = sql.split('\n')[number - 1] ?? '';
      const column = position - 1 - (before.lastIndexOf('\n') + 1);
      const head = `LINE ${number}: `;
      lines.push(`${head}${text}`, `${' '.repeat(head.length + column)}^`);
    }
    if (fields.has('D')) lines.push(`DETAIL:  ${fields.get('D')}`);
    if (fields.has('H')) lines.push(`HINT:  ${fields.get('H')}`);
    await this.say(2, `${lines.join('\n')}\n`);
  }

  private async showTable(table: ShownTable): Promise<void> {
    await this.say(1, tableText(table, this.style));
  }

  /** A backslash command. */
  private async meta(line: string): Promise<boolean> {
    const [command = '', ...words] = line.trim().replace(/;$/, '').split(/\s+/);
    const [first = ''] = words;
    const ask = (sql: string) => this.ask(sql);
    const { options } = this;
    const shown = changeDisplay(command, words, this.style);
    if (shown) {
      await this.say(shown.good ? 1 : 2, shown.text);
      return shown.good;
    }
    switch (command.replace(/\+$/, '')) {
      case '\\q':
        return true;
      case '\\l':
        await this.showTable(await listDatabases(ask, options.user, this.major));
        return true;
      case '\\du':
      case '\\dg':
        await this.showTable(await listRoles(ask, this.major));
        return true;
      case '\\dn':
        await this.showTable(listSchemas());
        return true;
      case '\\dt':
      case '\\ds':
      case '\\di':
      case '\\d': {
        const letters = command.slice(2).replace(/\+$/, '');
        if (first === '' || letters !== '') {
          const table = await listRelations(ask, letters, first, this.major);
          if (table) await this.showTable(table);
          else if (first !== '') await this.say(2, `Did not find any relation named "${first}".\n`);
          else
            await this.say(
              2,
              `Did not find any ${this.major >= 18 && letters === 't' ? 'tables' : 'relations'}.\n`,
            );
          return true;
        }
        const text = await describeTable(ask, first, this.style);
        if (text === undefined) await this.say(2, `Did not find any relation named "${first}".\n`);
        else await this.say(1, text);
        return text !== undefined;
      }
      case '\\c':
      case '\\connect':
        try {
          await this.connect(first || options.database);
          if (!options.quiet)
            await this.say(
              1,
              `You are now connected to database "${options.database}" as user "${options.user}".\n`,
            );
          return true;
        } catch (error) {
          if (!(error instanceof ConnectError)) throw error;
          await this.say(2, `${error.message}\nPrevious connection kept\n`);
          return false;
        }
      case '\\conninfo':
        await this.say(
          1,
          `You are connected to database "${options.database}" as user "${options.user}" ${options.host === '' ? 'via socket in "/var/run/postgresql"' : `on host "${options.host}"`} at port "${options.port}".\n`,
        );
        return true;
      case '\\encoding':
        if (first === '') await this.say(1, 'UTF8\n');
        return first === '' || /^utf-?8$/i.test(first);
      case '\\!': {
        const shell = this.process.spawn({
          path: '/bin/sh',
          argv: ['sh', '-c', toBytes(line.trim().slice(2).trim())],
        });
        await this.process.wait(shell);
        return true;
      }
      case '\\timing':
        this.timing = first === '' ? !this.timing : first === 'on';
        await this.say(1, `Timing is ${this.timing ? 'on' : 'off'}.\n`);
        return true;
      case '\\echo':
        await this.say(1, `${words.join(' ').replace(/'([^']*)'/g, '$1')}\n`);
        return true;
      case '\\set':
        options.variables.set(first, words.slice(1).join(' ').replace(/^'|'$/g, ''));
        if (first === 'ON_ERROR_STOP') options.stopOnError = /^(1|on|true)$/.test(words[1] ?? '1');
        return true;
      case '\\i': {
        try {
          return (
            (await this.script(toText(decode(this.process.files.readFile(toBytes(first)))), first)) === 0
          );
        } catch (error) {
          if (!(error instanceof FileError)) throw error;
          await this.say(2, `${first}: ${errorText(error)}\n`);
          return false;
        }
      }
      default:
        await this.say(
          2,
          `The embedded cluster does not simulate psql's "${command}"; use a kind cluster for that.\n`,
        );
        return false;
    }
  }

  /** Rows for psql's own purposes. */
  private async ask(sql: string): Promise<(string | null)[][]> {
    const rows: (string | null)[][] = [];
    if (this.client)
      for await (const answer of this.client.query(sql))
        if (answer?.kind === 'rows') rows.push(...answer.rows);
    return rows;
  }

  private async say(fd: 1 | 2, text: string): Promise<void> {
    await this.process.write(fd, toBytes(text));
  }

  private async input(): Promise<string> {
    let text = '';
    for (let part = await this.process.read(0); part.length > 0; part = await this.process.read(0))
      text += decode(part);
    return text;
  }
}
