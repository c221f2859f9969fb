import { decode } from '../../files/byte-string';
import type { Connection } from '../../network/namespace';
import type { Process } from '../../runtime/process';
import { Channels } from './channels';
import { RedisClient } from './client';
import { commandCount, execute } from './execute';
import { Keyspace } from './keyspace';
import type { Persistence } from './persistence';
import { CommandError, encodeCommand, failure, type Reply } from './resp';
import { ProtocolError, RespReader } from './resp-reader';
import type { Settings } from './settings';
import { quoted } from './words';

/** Bytes that a server without keys uses. */
const baseMemory = 1_000_000;
/** The keys are measured again after so many bytes of commands. */
const measureEvery = 32 * 1024;

/** A running Redis: its databases, its clients, and what they wait for. */
export class RedisServer {
  readonly databases: Keyspace[];
  readonly channels = new Channels();
  readonly clients = new Set<RedisClient>();
  readonly startedAtMs: number;
  readonly counts = { connections: 0, commands: 0, expired: 0, evicted: 0 };
  /** Changes since the last snapshot. */
  dirty = 0;
  lastSaveFailed = false;
  /** Called with each change: the append-only file. */
  onChange: (database: number, command: string[]) => void = () => undefined;
  /** Set once it has been made, before the first client comes. */
  persistence: Persistence | undefined;
  /** Set by SHUTDOWN; `save` undefined means as configured. */
  stop: (save?: boolean) => void = () => undefined;
  private readonly waiting = new Set<() => void>();
  private nextClient = 1;
  private dataBytes = 0;
  private unmeasured = 0;

  constructor(
    readonly process: Process,
    readonly release: string,
    readonly settings: Settings,
  ) {
    this.startedAtMs = process.clock.now();
    this.databases = Array.from(
      { length: settings.number('databases') },
      (_each, number) =>
        new Keyspace(
          () => this.now(),
          (key) => {
            this.counts.expired++;
            this.onChange(number, ['DEL', key]);
          },
        ),
    );
  }

  now(): number {
    return Math.floor(this.process.clock.now());
  }

  database(number: number): Keyspace | undefined {
    return this.databases[number];
  }

  /** A line of its log: `1:M 21 Nov 2026 09:30:00.000 * text`. */
  log(mark: '*' | '#' | '-' | '.', text: string, role = 'M'): void {
    const at = new Date(this.now());
    const months = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ');
    const day = `${String(at.getUTCDate()).padStart(2, '0')} ${months[at.getUTCMonth()]} ${at.getUTCFullYear()}`;
    this.write(`${this.process.pid}:${role} ${day} ${at.toISOString().slice(11, 23)} ${mark} ${text}\n`);
  }

  /** To its log, as it is. */
  write(line: string): void {
    const path = this.settings.get('logfile');
    try {
      if (path === '') void this.process.write(1, line)?.catch(() => undefined);
      else {
        const file = this.process.files.open(path, 'a', 0o644);
        try {
          file.write(Buffer.from(line, 'latin1'));
        } finally {
          file.release();
        }
      }
    } catch {
      // A server that cannot log goes on serving.
    }
  }

  newClient(connection?: Connection): RedisClient {
    const free = connection === undefined || this.settings.get('requirepass') === '';
    return new RedisClient(this.nextClient++, connection, this.now(), free);
  }

  /** Serves one connection until either side closes it. */
  async serve(connection: Connection): Promise<void> {
    const client = this.newClient(connection);
    this.counts.connections++;
    if (this.clients.size >= this.settings.number('maxclients')) {
      client.send(failure('ERR max number of clients reached'));
      await client.flush();
      return connection.close();
    }
    this.clients.add(client);
    const reader = new RespReader();
    try {
      for await (const chunk of connection.readable) {
        reader.feed(decode(chunk));
        for (let words = reader.command(); words; words = reader.command()) {
          if (words.length === 0) continue;
          await this.process.checkpoint();
          client.send(await execute(this, client, words));
          if (client.closing) break;
        }
        await client.flush();
        if (client.closing) break;
      }
    } catch (error) {
      if (error instanceof ProtocolError) {
        client.send(failure(`ERR Protocol error: ${error.message}`));
        await client.flush();
      } else if ((error as Error).name !== 'NetworkError') throw error;
    } finally {
      this.clients.delete(client);
      client.endWatch();
      this.channels.leaveAll(client);
      connection.close();
    }
  }

  /** A key was changed: those that wait for one look again. */
  changed(client: RedisClient, words: string[], keep: string[][] | undefined): void {
    for (const command of keep ?? [words]) {
      this.dirty++;
      this.onChange(client.database, command);
    }
    this.unmeasured += encodeCommand(words).length;
    // Much data takes long to measure: then it is done less often.
    if (this.unmeasured > Math.max(measureEvery, this.dataBytes / 16)) this.measure();
    for (const look of [...this.waiting]) look();
  }

  /** Bytes that it says it uses, as INFO tells. */
  usedMemory(exactly = false): number {
    if (exactly && this.unmeasured > 0) this.measure();
    return baseMemory + this.dataBytes + this.unmeasured;
  }

  /** Takes a key away to make room. */
  evict(db: Keyspace, key: string): void {
    db.delete(key);
    this.counts.evicted++;
    this.onChange(this.databases.indexOf(db), ['DEL', key]);
    this.measure();
  }

  /** Clients that wait for a list. */
  get blocked(): number {
    return this.waiting.size;
  }

  get commandCount(): number {
    return commandCount;
  }

  /** Changes of all keys so far. */
  changes(): number {
    return this.databases.reduce((sum, db) => sum + db.changes, 0);
  }

  /** Throws CommandError while snapshots fail (stop-writes-on-bgsave-error). */
  mayWrite(): void {
    if (
      this.lastSaveFailed &&
      this.settings.get('save') !== '' &&
      this.settings.get('stop-writes-on-bgsave-error') === 'yes'
    )
      throw new CommandError(
        "MISCONF Redis is configured to save RDB snapshots, but it's currently unable to persist to disk. Commands that may modify the data set are disabled, because this instance is configured to report errors during writes if RDB snapshotting fails (stop-writes-on-bgsave-error option). Please check the Redis logs for details about the RDB error.",
      );
  }

  private measure(): void {
    for (const db of this.databases) db.sweep();
    this.dataBytes = this.databases.reduce((sum, db) => sum + db.bytes(), 0);
    this.unmeasured = 0;
    this.process.setMemory(baseMemory + this.dataBytes);
  }

  /** Waits until `attempt` succeeds after some change; undefined when the time is up (0: never) or the client has gone. */
  untilChange(
    client: RedisClient,
    limitMs: number,
    attempt: () => Reply | undefined,
  ): Promise<Reply | undefined> {
    return new Promise((resolve) => {
      const finish = (reply: Reply | undefined) => {
        this.waiting.delete(look);
        stayOn();
        timer?.cancel();
        resolve(reply);
      };
      const look = () => {
        const reply = attempt();
        if (reply) finish(reply);
      };
      const timer = limitMs > 0 ? this.process.clock.after(limitMs, () => finish(undefined)) : undefined;
      this.waiting.add(look);
      const stayOn = client.whenGone(() => finish(undefined));
    });
  }

  /** What MONITOR shows of a command. */
  monitor(client: RedisClient, words: string[]): void {
    for (const each of this.clients) {
      if (!each.monitoring) continue;
      const seconds = (this.now() / 1_000).toFixed(6);
      each.send({
        type: 'status',
        text: `${seconds} [${client.database} ${client.address}] ${words.map(quoted).join(' ')}`,
      });
      void each.flush();
    }
  }

  /** A client as CLIENT LIST shows it. */
  describe(client: RedisClient): string {
    const now = this.now();
    return [
      `id=${client.id}`,
      `addr=${client.address}`,
      `laddr=${client.connection?.local.address ?? '127.0.0.1'}:${this.settings.get('port')}`,
      `fd=${client.id + 7}`,
      `name=${client.name}`,
      `age=${Math.floor((now - client.since) / 1_000)}`,
      'idle=0',
      `flags=${client.subscriptions > 0 ? 'P' : client.monitoring ? 'O' : 'N'}`,
      `db=${client.database}`,
      `sub=${client.channels.size}`,
      `psub=${client.patterns.size}`,
      `multi=${client.queue ? client.queue.length : -1}`,
      `cmd=${client.lastCommand}`,
      'user=default',
      `resp=${client.protocol}`,
    ].join(' ');
  }
}
