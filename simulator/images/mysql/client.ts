import { toBytes } from '../../files/byte-string';
import { type Connection, NetworkError } from '../../network/namespace';
import type { Process } from '../../runtime/process';
import { addressOf } from '../../shell/utilities/network-names';
import { countedTexts, Packets } from './packets';
import { proofOf } from './passwords';

/** Where a server on the same machine is found: the client looks for this before it connects. */
export const socketPath = '/var/run/mysqld/mysqld.sock';

export interface Target {
  /** '' and `localhost` stand for the socket. */
  host: string;
  port: number;
  user: string;
  password: string;
  schema: string | undefined;
}

export type Result =
  | { kind: 'done'; rows: number }
  | { kind: 'rows'; columns: string[]; rows: (string | null)[][] }
  | { kind: 'error'; code: number; state: string; message: string };

/** A failure before anything could be asked; numbers from 2000 on are the client's own. */
export class ConnectError extends Error {
  override readonly name = 'ConnectError';
  constructor(
    readonly code: number,
    readonly state: string,
    message: string,
  ) {
    super(message);
  }
}

const errno: Record<string, number> = {
  ECONNREFUSED: 111,
  ETIMEDOUT: 110,
  EHOSTUNREACH: 113,
  ENETUNREACH: 101,
};
/** CLIENT_PROTOCOL_41, SECURE_CONNECTION, PLUGIN_AUTH, TRANSACTIONS, and CONNECT_WITH_DB. */
const [capabilities, withSchema] = [0x8a205, 8];

/** A connection to a server of MySQL. */
export class MysqlClient {
  private constructor(
    private readonly process: Process,
    private readonly connection: Connection,
    private readonly packets: Packets,
  ) {}

  /** Throws ConnectError. */
  static async connect(process: Process, target: Target): Promise<MysqlClient> {
    const connection = await reach(process, target);
    const client = new MysqlClient(process, connection, new Packets(connection));
    try {
      await client.login(target);
      return client;
    } catch (error) {
      connection.close();
      throw error;
    }
  }

  /** Throws ConnectError 2013 when the server goes away. */
  async query(sql: string): Promise<Result> {
    this.packets.restart();
    await this.send(Buffer.concat([Buffer.from([3]), Buffer.from(sql)]));
    const first = await this.next();
    if (first[0] === 0xff) return errorOf(first);
    if (first[0] === 0) return { kind: 'done', rows: first[1] ?? 0 };
    const columns: string[] = [];
    for (let left = first[0] ?? 0; left > 0; left--)
      columns.push([...countedTexts(await this.next())][4] ?? '');
    await this.next();
    const rows: (string | null)[][] = [];
    for (
      let packet = await this.next();
      !(packet[0] === 0xfe && packet.length < 9);
      packet = await this.next()
    )
      rows.push([...countedTexts(packet)]);
    return { kind: 'rows', columns, rows };
  }

  close(): void {
    this.connection.close();
  }

  private async login({ user, password, schema }: Target): Promise<void> {
    const greeting = await this.next();
    if (greeting[0] === 0xff) this.refused(greeting);
    const named = greeting.indexOf(0, 1) + 1;
    const nonce = Buffer.concat([
      greeting.subarray(named + 4, named + 12),
      greeting.subarray(named + 31, named + 43),
    ]);
    const proof = proofOf(password, nonce);
    const head = Buffer.alloc(32);
    head.writeUInt32LE(capabilities | (schema === undefined ? 0 : withSchema));
    head.writeUInt32LE(1024 * 1024, 4);
    head[8] = 255;
    await this.send(
      Buffer.concat([
        head,
        Buffer.from(`${user}\0`),
        Buffer.from([proof.length]),
        proof,
        Buffer.from(schema === undefined ? '' : `${schema}\0`),
        Buffer.from('caching_sha2_password\0'),
      ]),
    );
    for (;;) {
      const answer = await this.next();
      if (answer[0] === 0xff) this.refused(answer);
      if (answer[0] === 0) return;
    }
  }

  private refused(packet: Buffer): never {
    const { code, state, message } = errorOf(packet);
    throw new ConnectError(code, state, message);
  }

  private async send(packet: Buffer): Promise<void> {
    try {
      await this.process.until(this.packets.send(packet));
    } catch (error) {
      throw lost(error);
    }
  }

  private async next(): Promise<Buffer> {
    let packet: Buffer | undefined;
    try {
      packet = await this.process.until(this.packets.next());
    } catch (error) {
      throw lost(error);
    }
    if (!packet) throw lost(new NetworkError('ECONNRESET'));
    return packet;
  }
}

function lost(error: unknown): unknown {
  if (!(error instanceof NetworkError)) return error;
  return new ConnectError(2013, 'HY000', 'Lost connection to MySQL server during query');
}

function errorOf(packet: Buffer): Extract<Result, { kind: 'error' }> {
  return {
    kind: 'error',
    code: packet.readUInt16LE(1),
    state: packet.toString('utf8', 4, 9),
    message: packet.toString('utf8', 9),
  };
}

async function reach(process: Process, { host, port }: Target): Promise<Connection> {
  const local = host === '' || host === 'localhost';
  const noSocket = (reason: number) =>
    new ConnectError(
      2002,
      'HY000',
      `Can't connect to local MySQL server through socket '${socketPath}' (${reason})`,
    );
  if (local && !process.files.exists(socketPath)) throw noSocket(2);
  const address = local ? '127.0.0.1' : await addressOf(process, toBytes(host));
  if (address === undefined)
    throw new ConnectError(2005, 'HY000', `Unknown MySQL server host '${host}' (-2)`);
  try {
    return await process.until(process.network.connect(address, port));
  } catch (error) {
    if (!(error instanceof NetworkError)) throw error;
    const reason = errno[error.code] ?? 111;
    if (local) throw noSocket(reason);
    throw new ConnectError(2003, 'HY000', `Can't connect to MySQL server on '${host}:${port}' (${reason})`);
  }
}
