import { FileError } from '../../files/file-system';
import { type Connection, NetworkError } from '../../network/namespace';
import type { Process } from '../../runtime/process';
import { inBackground, untilTerminated } from '../http/serve';
import { commandOf, type Document, encodeDocument } from './bson';

const baseMemory = 90 * 1024 * 1024;
/** OP_MSG, and what clients before it begin with: OP_QUERY and OP_REPLY. */
const [opMessage, opQuery, opReply] = [2013, 2004, 1];
const longest = 1024 * 1024;
/** CommandNotSupported */
const notSupported = 115;

interface Options {
  port: number;
  folder: string;
  host: string;
}

/** mongod: takes connections and says who it is; it keeps no documents. */
export async function mongod(process: Process, release: string): Promise<number> {
  const options = parse(process.argv.slice(1));
  if (typeof options === 'string') {
    await process.write(2, `${options}\ntry 'mongod --help' for more information\n`);
    return 2;
  }
  const server = new Mongod(process, release, options);
  return server.run();
}

function parse(args: readonly string[]): Options | string {
  const options: Options = { port: 27_017, folder: '/data/db', host: '127.0.0.1' };
  for (let at = 0; at < args.length; at++) {
    const [, name = '', given] = /^--(\w+)(?:=(.*))?$/.exec(args[at] ?? '') ?? [];
    if (/^(bind_ip_all|noauth|quiet)$/.test(name)) {
      if (name === 'bind_ip_all') options.host = '0.0.0.0';
      continue;
    }
    if (!/^(port|dbpath|bind_ip|wiredTigerCacheSizeGB)$/.test(name))
      return `Error parsing command line: The embedded cluster does not simulate mongod's option "${args[at]}"; use a kind cluster for that.`;
    const value = given ?? args[++at] ?? '';
    if (name === 'port') options.port = Number(value);
    else if (name === 'dbpath') options.folder = value;
    else if (name === 'bind_ip')
      options.host = /(^|,)(0\.0\.0\.0|::|\*)(,|$)/.test(value) ? '0.0.0.0' : '127.0.0.1';
  }
  return Number.isInteger(options.port) && options.port > 0 && options.port < 65_536
    ? options
    : 'Error parsing command line: error: port number out of range';
}

class Mongod {
  private connections = 0;
  private accepted = 0;

  constructor(
    private readonly process: Process,
    private readonly release: string,
    private readonly options: Options,
  ) {}

  async run(): Promise<number> {
    const { process, release, options } = this;
    const { port, folder } = options;
    const attr = {
      pid: process.pid,
      port,
      dbPath: folder,
      architecture: '64-bit',
      host: process.system.hostname,
    };
    await this.log('CONTROL', 4_615_611, 'initandlisten', 'MongoDB starting', attr);
    await this.log('CONTROL', 23_403, 'initandlisten', 'Build Info', { buildInfo: { version: release } });
    try {
      for (const name of ['WiredTiger', 'storage.bson', 'mongod.lock'])
        process.files.open(`${folder}/${name}`, 'w', 0o600).release();
    } catch (error) {
      if (!(error instanceof FileError)) throw error;
      const text = `NonExistentPath: Data directory ${folder} not found or not writable`;
      await this.log('CONTROL', 20_557, 'initandlisten', 'DBException in initAndListen, terminating', {
        error: text,
      });
      return 100;
    }
    process.setMemory(baseMemory);
    try {
      const listener = process.network.listen(port, options.host);
      const accept = async () => {
        for (let next = await listener.accept(); next; next = await listener.accept())
          inBackground(process, this.serve(next));
      };
      inBackground(process, accept());
    } catch (error) {
      if (!(error instanceof NetworkError)) throw error;
      await this.log('CONTROL', 20_568, 'initandlisten', 'Error setting up listener', {
        error: error.message,
      });
      return 48;
    }
    await this.log('NETWORK', 23_016, 'listener', 'Waiting for connections', { port, ssl: 'off' });
    return untilTerminated(process, async (signal) => {
      const number = signal === 'TERM' ? 15 : 2;
      const error = signal === 'TERM' ? 'Terminated' : 'Interrupt';
      await this.log('CONTROL', 23_377, 'SignalHandler', 'Received signal', { signal: number, error });
      await this.log('CONTROL', 20_565, 'SignalHandler', 'Now exiting', {});
      await this.log('CONTROL', 23_138, 'SignalHandler', 'Shutting down', { exitCode: 0 });
      return 0;
    });
  }

  /** A line of its log: JSON since 4.4, plain before. */
  private async log(part: string, id: number, context: string, msg: string, attr: object): Promise<void> {
    const time = new Date(this.process.clock.now()).toISOString().replace('Z', '');
    const [major = 0, minor = 0] = this.release.split('.').map(Number);
    const details = Object.keys(attr).length > 0 ? JSON.stringify(attr) : '';
    const line =
      major > 4 || (major === 4 && minor >= 4)
        ? `{"t":{"$date":"${time}+00:00"},"s":"I",  "c":${`"${part}",`.padEnd(11)} "id":${`${id},`.padEnd(8)} "ctx":"${context}","msg":"${msg}"${details && `,"attr":${details}`}}`
        : `${time}+0000 I  ${part.padEnd(8)} [${context}] ${plain(msg, attr)}`;
    await this.process.write(1, `${line}\n`);
  }

  private async serve(connection: Connection): Promise<void> {
    const { address, port } = connection.remote;
    const number = ++this.accepted;
    this.connections++;
    const attr = { remote: `${address}:${port}`, connectionId: number, connectionCount: this.connections };
    await this.log('NETWORK', 22_943, 'listener', 'Connection accepted', attr);
    try {
      let pending = Buffer.alloc(0);
      for await (const chunk of connection.readable) {
        pending = Buffer.concat([pending, chunk]);
        for (let length = lengthOf(pending); length !== undefined; length = lengthOf(pending)) {
          if (length < 16 || length > longest) return;
          if (pending.length < length) break;
          const answer = this.answer(pending.subarray(0, length), number);
          pending = pending.subarray(length);
          await this.process.checkpoint();
          if (answer) await connection.writable.write(answer);
        }
      }
    } catch (error) {
      if (!(error instanceof NetworkError)) throw error;
    } finally {
      this.connections--;
      connection.close();
    }
  }

  /** The answer to one message; none to what is no command. */
  private answer(message: Buffer, connection: number): Buffer | undefined {
    const code = message.readInt32LE(12);
    const request = message.readInt32LE(4);
    // OP_MSG: flags, a section of kind 0. OP_QUERY: flags, a name, two numbers.
    const start = code === opMessage ? 21 : code === opQuery ? message.indexOf(0, 20) + 9 : -1;
    const command = start > 0 ? commandOf(message.subarray(start)) : undefined;
    if (command === undefined) return undefined;
    const body = encodeDocument(this.reply(command, connection));
    return code === opMessage
      ? framed(request, opMessage, Buffer.concat([Buffer.alloc(5), body]))
      : framed(request, opReply, Buffer.concat([Buffer.alloc(16), Buffer.from([1, 0, 0, 0]), body]));
  }

  private reply(command: string, connection: number): Document {
    const version = this.release;
    switch (command.toLowerCase()) {
      case 'hello':
      case 'ismaster':
        return {
          ...{
            ismaster: true,
            isWritablePrimary: true,
            helloOk: true,
            readOnly: false,
            connectionId: connection,
          },
          ...{ maxBsonObjectSize: 16_777_216, maxMessageSizeBytes: 48_000_000, maxWriteBatchSize: 100_000 },
          ...{ localTime: new Date(this.process.clock.now()), minWireVersion: 0, maxWireVersion: 17, ok: 1 },
        };
      case 'ping':
      case 'endsessions':
        return { ok: 1 };
      case 'buildinfo':
        return { version, versionArray: [...version.split('.').map(Number), 0], bits: 64, ok: 1 };
      default:
        return {
          ok: 0,
          errmsg: `The embedded cluster does not simulate MongoDB's command "${command}": no documents are kept here; use a kind cluster for that.`,
          code: notSupported,
          codeName: 'CommandNotSupported',
        };
    }
  }
}

function plain(msg: string, attr: object): string {
  if (msg === 'Waiting for connections')
    return `waiting for connections on port ${'port' in attr ? attr.port : ''}`;
  const words = Object.entries(attr).map(
    ([name, value]) => `${name}=${typeof value === 'object' ? JSON.stringify(value) : value}`,
  );
  return [msg, ...words].join(' ');
}

function lengthOf(pending: Buffer): number | undefined {
  return pending.length < 4 ? undefined : pending.readInt32LE(0);
}

function framed(request: number, code: number, body: Buffer): Buffer {
  const head = Buffer.alloc(16);
  head.writeInt32LE(body.length + 16);
  head.writeInt32LE(request + 1, 4);
  head.writeInt32LE(request, 8);
  head.writeInt32LE(code, 12);
  return Buffer.concat([head, body]);
}
