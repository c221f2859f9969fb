import { decode, encode } from '../../../files/byte-string';
import { type Connection, NetworkError } from '../../../network/namespace';
import type { Process } from '../../../runtime/process';
import { addressOf } from '../../../shell/utilities/network-names';
import { encodeCommand, type Reply } from '../resp';
import { RespReader } from '../resp-reader';
import type { CliOptions } from './options';

/** redis-cli's connection to a server. */
export class CliSession {
  database: number;
  inTransaction = false;
  private connection: Connection | undefined;
  private source: AsyncIterator<Uint8Array> | undefined;
  private reader = new RespReader();

  constructor(
    private readonly process: Process,
    private readonly options: CliOptions,
  ) {
    this.database = options.database;
  }

  get connected(): boolean {
    return this.connection !== undefined;
  }

  /** Connects, authenticates, selects. False, after saying why, when it cannot connect. */
  async connect(): Promise<boolean> {
    const { host, port, password, user } = this.options;
    const refuse = async (why: string) => {
      await this.process.write(2, `Could not connect to Redis at ${host}:${port}: ${why}\n`);
      return false;
    };
    const address = await addressOf(this.process, host);
    if (address === undefined) return refuse('Name or service not known');
    try {
      this.connection = await this.process.until(this.process.network.connect(address, port));
    } catch (error) {
      if (!(error instanceof NetworkError)) throw error;
      return refuse(error.message);
    }
    this.source = this.connection.readable[Symbol.asyncIterator]();
    this.reader = new RespReader();
    this.inTransaction = false;
    if (password !== undefined) {
      const reply = await this.ask(user === undefined ? ['AUTH', password] : ['AUTH', user, password]);
      if (reply?.type === 'error') await this.process.write(2, `AUTH failed: ${reply.text}\n`);
    }
    if (this.options.protocol === 3) await this.ask(['HELLO', '3']);
    if (this.database !== 0) {
      const reply = await this.ask(['SELECT', String(this.database)]);
      if (reply?.type === 'error') {
        await this.process.write(2, `SELECT ${this.database} failed: ${reply.text}\n`);
        this.database = 0;
      }
    }
    return true;
  }

  /** Sends a command and waits for its answer; undefined when the server closed the connection. */
  async ask(words: string[]): Promise<Reply | undefined> {
    if (!this.connection) return undefined;
    try {
      await this.process.until(this.connection.writable.write(encode(encodeCommand(words))));
    } catch (error) {
      if (!(error instanceof NetworkError)) throw error;
      this.close();
      return undefined;
    }
    const reply = await this.next();
    if (reply) this.note(words, reply);
    return reply;
  }

  /** The next answer or message; undefined at the end of the connection. */
  async next(): Promise<Reply | undefined> {
    for (;;) {
      const reply = this.reader.reply();
      if (reply) return reply;
      if (!this.source) return undefined;
      try {
        const { value, done } = await this.process.until(this.source.next());
        if (done) {
          this.close();
          return undefined;
        }
        this.reader.feed(decode(value));
      } catch (error) {
        if (!(error instanceof NetworkError)) throw error;
        this.close();
        return undefined;
      }
    }
  }

  close(): void {
    this.connection?.close();
    this.connection = undefined;
    this.source = undefined;
  }

  /** What the prompt shows depends on some commands. */
  private note([name = '', ...args]: string[], reply: Reply): void {
    const command = name.toLowerCase();
    if (reply.type === 'error') {
      if (command === 'exec') this.inTransaction = false;
      return;
    }
    if (command === 'select') this.database = Number(args[0]);
    if (command === 'multi') this.inTransaction = true;
    if (/^(exec|discard|reset)$/.test(command)) this.inTransaction = false;
    if (command === 'reset') this.database = 0;
  }
}
