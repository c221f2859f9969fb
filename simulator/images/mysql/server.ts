import { randomBytes } from 'node:crypto';
import { type Connection, NetworkError } from '../../network/namespace';
import type { Process } from '../../runtime/process';
import { inBackground } from '../http/serve';
import type { DataFolder } from './data-folder';
import { counted, Packets } from './packets';
import { proves } from './passwords';
import { type Answer, MysqlError, runStatement, type StatementContext } from './statements';

const plugin = 'caching_sha2_password';
const mostClients = 151;
/** utf8mb4_0900_ai_ci, autocommit, and a type of text. */
const [collation, autocommit, varString] = [255, 2, 253];
/** CLIENT_CONNECT_WITH_DB */
const withSchema = 8;
/** Commands of the protocol. */
const [quit, initSchema, query, ping] = [1, 2, 3, 14];

/** Serves MySQL's protocol on a port until the process ends. Throws NetworkError. */
export function serveMysql(process: Process, data: DataFolder, release: string, port: number): void {
  const listener = process.network.listen(port);
  let clients = 0;
  let number = 7;
  const accept = async () => {
    for (let next = await listener.accept(); next; next = await listener.accept()) {
      clients++;
      const session = new ServerSession(process, data, release, next, ++number);
      inBackground(
        process,
        session.run(clients > mostClients).finally(() => {
          clients--;
        }),
      );
    }
  };
  inBackground(process, accept());
}

class ServerSession {
  private readonly packets: Packets;
  private readonly nonce = Buffer.from(randomBytes(20).map((byte) => (byte % 94) + 33));

  constructor(
    private readonly process: Process,
    private readonly data: DataFolder,
    private readonly release: string,
    private readonly connection: Connection,
    private readonly number: number,
  ) {
    this.packets = new Packets(connection);
  }

  async run(full: boolean): Promise<void> {
    try {
      if (full) return await this.fail(new MysqlError(1040, '08004', 'Too many connections'));
      await this.packets.send(this.greeting());
      const context = await this.login();
      if (context) await this.serve(context);
    } catch (error) {
      if (!(error instanceof NetworkError)) throw error;
    } finally {
      this.connection.close();
    }
  }

  /** Protocol::HandshakeV10 */
  private greeting(): Buffer {
    const number = Buffer.alloc(4);
    number.writeUInt32LE(this.number);
    // CLIENT_PROTOCOL_41, SECURE_CONNECTION, PLUGIN_AUTH, CONNECT_WITH_DB and what goes with them.
    return Buffer.concat([
      Buffer.from([10]),
      Buffer.from(`${this.release}\0`),
      number,
      this.nonce.subarray(0, 8),
      Buffer.from([0, 0x0d, 0xa2, collation, autocommit, 0, 0x08, 0, 21]),
      Buffer.alloc(10),
      this.nonce.subarray(8),
      Buffer.from(`\0${plugin}\0`),
    ]);
  }

  /** Protocol::HandshakeResponse41 */
  private async login(): Promise<StatementContext | undefined> {
    const packet = await this.packets.next();
    if (!packet || packet.length < 33) return undefined;
    const flags = packet.readUInt32LE(0);
    const end = packet.indexOf(0, 32);
    if (end < 0) return undefined;
    const user = packet.toString('utf8', 32, end);
    const length = packet[end + 1] ?? 0;
    const proof = packet.subarray(end + 2, end + 2 + length);
    const rest = packet.toString('utf8', end + 2 + length).split('\0');
    const wanted = flags & withSchema ? rest[0] : undefined;
    const { address } = this.connection.remote;
    const host = address === '127.0.0.1' ? 'localhost' : address;
    const kept = this.data.keptOf(user);
    if (kept === undefined || !proves(proof, kept, this.nonce)) {
      const password = proof.length > 0 ? 'YES' : 'NO';
      await this.fail(
        new MysqlError(
          1045,
          '28000',
          `Access denied for user '${user}'@'${host}' (using password: ${password})`,
        ),
      );
      return undefined;
    }
    const context: StatementContext = {
      ...{ data: this.data, release: this.release, hostname: this.process.system.hostname },
      ...{ account: `${user}@${host}`, schema: undefined },
    };
    if (wanted) {
      const answer = await this.attempt(() => runStatement(`use \`${wanted}\``, context));
      if (!answer) return undefined;
    }
    // The fast way has succeeded.
    if (kept !== '') await this.packets.send(Buffer.from([1, 3]));
    await this.packets.send(okPacket(0));
    return context;
  }

  private async serve(context: StatementContext): Promise<void> {
    for (;;) {
      this.packets.restart();
      const packet = await this.packets.next();
      if (!packet || packet[0] === quit) return;
      await this.process.checkpoint();
      const text = packet.toString('utf8', 1);
      if (packet[0] === ping) await this.packets.send(okPacket(0));
      else if (packet[0] === query || packet[0] === initSchema) {
        const sql = packet[0] === query ? text : `use \`${text}\``;
        const answer = await this.attempt(() => runStatement(sql, context));
        if (answer) await this.packets.send(...packetsOf(answer));
      } else await this.fail(new MysqlError(1047, '08S01', 'Unknown command'));
    }
  }

  private async attempt(run: () => Answer): Promise<Answer | undefined> {
    try {
      return run();
    } catch (error) {
      if (!(error instanceof MysqlError)) throw error;
      await this.fail(error);
      return undefined;
    }
  }

  private async fail({ code, state, message }: MysqlError): Promise<void> {
    await this.packets.send(
      Buffer.concat([Buffer.from([0xff, code & 255, code >> 8]), Buffer.from(`#${state}${message}`)]),
    );
  }
}

function okPacket(rows: number): Buffer {
  return Buffer.from([0, rows, 0, autocommit, 0, 0, 0]);
}

function eofPacket(): Buffer {
  return Buffer.from([0xfe, 0, 0, autocommit, 0]);
}

/** A text resultset: its columns, its rows, and an end after each. */
function packetsOf(answer: Answer): Buffer[] {
  if (answer.kind === 'done') return [okPacket(answer.rows)];
  const column = (name: string) =>
    Buffer.concat([
      ...['def', '', '', '', name, name].map(counted),
      Buffer.from([12, collation, 0, 0, 1, 0, 0, varString, 0, 0, 0, 0, 0]),
    ]);
  const row = (values: readonly (string | null)[]) =>
    Buffer.concat(values.map((value) => (value === null ? Buffer.from([0xfb]) : counted(value))));
  return [
    Buffer.from([answer.columns.length]),
    ...answer.columns.map(column),
    eofPacket(),
    ...answer.rows.map(row),
    eofPacket(),
  ];
}
