import { decode, encode } from '../../files/byte-string';
import { type Connection, NetworkError } from '../../network/namespace';
import type { Process } from '../../runtime/process';
import { inBackground, untilTerminated } from '../http/serve';
import { type MemcachedOptions, parseOptions } from './options';
import { Session, type SessionHost } from './session';
import { Store } from './store';

/** Bytes that a server without items uses. */
const baseMemory = 2_000_000;
/** EX_USAGE, EX_OSERR */
const [usage, osError] = [64, 71];

/** memcached: its text protocol over TCP, in the foreground. */
export async function memcached(process: Process, release: string): Promise<number> {
  const options = parseOptions(process.argv.slice(1));
  const fail = async (text: string, code: number) => {
    await process.write(2, `${text}\n`);
    return code;
  };
  if (typeof options === 'string') return fail(options, usage);
  if (options.version) {
    await process.write(1, `memcached ${release}\n`);
    return 0;
  }
  if (process.uid === 0 && !options.user) return fail("can't run as root without the -u switch", usage);
  const server = new Server(process, release, options);
  try {
    server.listen();
  } catch (error) {
    if (!(error instanceof NetworkError)) throw error;
    return fail(
      `bind(): ${error.message}\nfailed to listen on TCP port ${options.port}: ${error.message}`,
      osError,
    );
  }
  return untilTerminated(process, async (signal) => {
    await process.write(1, `Signal handled: ${signal === 'TERM' ? 'Terminated' : 'Interrupt'}.\n`);
    return 0;
  });
}

class Server implements SessionHost {
  readonly store: Store;
  readonly mostValue: number;
  private readonly counts = new Map<string, number>();
  private readonly startedAtMs: number;
  private connections = 0;

  constructor(
    private readonly process: Process,
    readonly release: string,
    private readonly options: MemcachedOptions,
  ) {
    this.store = new Store(() => this.now(), options.megabytes * 1024 * 1024);
    this.mostValue = options.mostValue;
    this.startedAtMs = this.now();
    this.changed();
  }

  now(): number {
    return this.process.clock.now();
  }

  count(what: string): void {
    this.counts.set(what, (this.counts.get(what) ?? 0) + 1);
  }

  changed(): void {
    this.process.setMemory(baseMemory + this.store.bytes);
  }

  /** Throws NetworkError. */
  listen(): void {
    const { process, options } = this;
    const listener = process.network.listen(options.port, options.host);
    const accept = async () => {
      for (let next = await listener.accept(); next; next = await listener.accept())
        inBackground(process, this.serve(next));
    };
    inBackground(process, accept());
  }

  stats(): [string, string | number][] {
    const { process, store, options } = this;
    const now = this.now();
    const counted = (name: string): [string, number] => [name, this.counts.get(name) ?? 0];
    const names =
      'cmd_get cmd_set cmd_flush cmd_touch get_hits get_misses delete_misses delete_hits incr_misses incr_hits decr_misses decr_hits';
    return [
      ['pid', process.pid],
      ['uptime', Math.floor((now - this.startedAtMs) / 1_000)],
      ['time', Math.floor(now / 1_000)],
      ['version', this.release],
      ['pointer_size', 64],
      ['max_connections', options.connections],
      ['curr_connections', this.connections],
      counted('total_connections'),
      ...names.split(' ').map(counted),
      ['limit_maxbytes', options.megabytes * 1024 * 1024],
      ['threads', options.threads],
      ['bytes', store.bytes],
      ['curr_items', store.size],
      ['total_items', store.total],
      ['evictions', store.evictions],
    ];
  }

  private async serve(connection: Connection): Promise<void> {
    if (this.connections >= this.options.connections) {
      await connection.writable.write(encode('ERROR Too many open connections\r\n'));
      return connection.close();
    }
    this.connections++;
    this.count('total_connections');
    const session = new Session(this);
    try {
      for await (const chunk of connection.readable) {
        for (const answer of session.take(decode(chunk))) {
          await this.process.checkpoint();
          await connection.writable.write(encode(answer));
        }
        if (session.closing) break;
      }
    } catch (error) {
      if (!(error instanceof NetworkError)) throw error;
    } finally {
      this.connections--;
      connection.close();
    }
  }
}
