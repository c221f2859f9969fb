import { toBytes } from '../../files/byte-string';
import { type Connection, NetworkError } from '../../network/namespace';
import type { Process } from '../../runtime/process';
import { addressOf } from '../../shell/utilities/network-names';
import { ScramClient } from './scram';
import { fieldsOf, int32, textsOf, Wire } from './wire';

export interface Target {
  /** '' stands for the socket of the same machine. */
  host: string;
  port: number;
  user: string;
  database: string;
  password: string | undefined;
}

/** One result of a query, as the server sent it. */
export interface Answer {
  kind: 'rows' | 'done' | 'error' | 'notice';
  tag: string;
  columns: { name: string; oid: number }[];
  rows: (string | null)[][];
  fields: Map<string, string>;
}

/** It cannot connect; the message is what psql prints after `psql: error: `. */
export class ConnectError extends Error {
  override readonly name = 'ConnectError';
}

const patienceMs = 130_000;

/** A connection of a client program to a server. */
export class PostgresClient {
  state = 'I';
  serverVersion = '';

  private constructor(
    private readonly process: Process,
    private readonly connection: Connection,
    private readonly wire: Wire,
  ) {}

  /** Throws ConnectError. */
  static async connect(
    process: Process,
    target: Target,
    askPassword: () => Promise<string>,
  ): Promise<PostgresClient> {
    const { host, port } = target;
    const local = host === '';
    const address = local ? '127.0.0.1' : await addressOf(process, toBytes(host));
    if (address === undefined)
      throw new ConnectError(`could not translate host name "${host}" to address: Name or service not known`);
    const where = local
      ? `connection to server on socket "/var/run/postgresql/.s.PGSQL.${port}" failed: `
      : `connection to server at "${host}"${host === address ? '' : ` (${address})`}, port ${port} failed: `;
    let connection: Connection;
    try {
      connection = await process.until(process.network.connect(address, port, { timeoutMs: patienceMs }));
    } catch (error) {
      if (!(error instanceof NetworkError)) throw error;
      if (local)
        throw new ConnectError(
          `${where}No such file or directory\n\tIs the server running locally and accepting connections on that socket?`,
        );
      throw new ConnectError(
        `${where}${error.message}${error.code === 'ECONNREFUSED' ? '\n\tIs the server running on that host and accepting TCP/IP connections?' : ''}`,
      );
    }
    const client = new PostgresClient(process, connection, new Wire(connection));
    await client.begin(target, where, askPassword);
    return client;
  }

  private async begin(
    { user, database, password }: Target,
    where: string,
    askPassword: () => Promise<string>,
  ): Promise<void> {
    this.wire.send(
      '',
      int32(196_608),
      'user',
      user,
      'database',
      database,
      'client_encoding',
      'UTF8',
      Buffer.from([0]),
    );
    await this.wire.flush();
    let scram: ScramClient | undefined;
    for (;;) {
      const message = await this.process.until(this.wire.next());
      if (!message) throw new ConnectError(`${where}server closed the connection unexpectedly`);
      if (message.kind === 'E') {
        const fields = fieldsOf(message.body);
        throw new ConnectError(`${where}${fields.get('S')}:  ${fields.get('M')}`);
      }
      if (message.kind === 'S') {
        const [name, value = ''] = textsOf(message.body);
        if (name === 'server_version') this.serverVersion = value;
      }
      if (message.kind === 'Z') return;
      if (message.kind !== 'R') continue;
      const code = message.body.readInt32BE(0);
      const text = message.body.subarray(4).toString();
      if (code === 10) {
        const secret = password ?? (await askPassword());
        if (secret === '') {
          this.connection.close();
          throw new ConnectError(`${where}fe_sendauth: no password supplied`);
        }
        scram = new ScramClient(secret);
        this.wire.send('p', 'SCRAM-SHA-256', int32(scram.first.length), Buffer.from(scram.first));
      } else if (code === 11 && scram) this.wire.send('p', Buffer.from(scram.final(text)));
      else if (code !== 0 && code !== 12)
        throw new ConnectError(`${where}authentication method ${code} not supported`);
      await this.wire.flush();
    }
  }

  /** Runs a text of statements; undefined at the end means that the server has gone. */
  async *query(sql: string): AsyncGenerator<Answer | undefined> {
    let current: Answer = empty();
    try {
      this.wire.send('Q', sql);
      await this.wire.flush();
      for (;;) {
        const message = await this.process.until(this.wire.next());
        if (!message) return yield undefined;
        if (message.kind === 'T') current = { ...empty(), kind: 'rows', columns: columnsOf(message.body) };
        else if (message.kind === 'D') current.rows.push(rowOf(message.body));
        else if (message.kind === 'C') {
          yield { ...current, tag: textsOf(message.body)[0] ?? '' };
          current = empty();
        } else if (message.kind === 'E' || message.kind === 'N')
          yield {
            ...empty(),
            kind: message.kind === 'E' ? 'error' : 'notice',
            fields: fieldsOf(message.body),
          };
        else if (message.kind === 'Z') {
          this.state = message.body.toString();
          return;
        }
      }
    } catch (error) {
      if (!(error instanceof NetworkError)) throw error;
      yield undefined;
    }
  }

  async close(): Promise<void> {
    this.wire.send('X');
    await this.wire.flush().catch(() => undefined);
    this.connection.close();
  }
}

function empty(): Answer {
  return { kind: 'done', tag: '', columns: [], rows: [], fields: new Map() };
}

function columnsOf(body: Buffer): Answer['columns'] {
  const columns: Answer['columns'] = [];
  let at = 2;
  for (let left = body.readInt16BE(0); left > 0; left--) {
    const end = body.indexOf(0, at);
    columns.push({ name: body.subarray(at, end).toString(), oid: body.readInt32BE(end + 7) });
    at = end + 19;
  }
  return columns;
}

function rowOf(body: Buffer): (string | null)[] {
  const row: (string | null)[] = [];
  let at = 2;
  for (let left = body.readInt16BE(0); left > 0; left--) {
    const length = body.readInt32BE(at);
    row.push(length < 0 ? null : body.subarray(at + 4, at + 4 + length).toString());
    at += 4 + Math.max(0, length);
  }
  return row;
}
