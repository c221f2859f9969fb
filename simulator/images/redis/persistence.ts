import { decode, encode } from '../../files/byte-string';
import { errorText } from '../../files/error-text';
import { FileError } from '../../files/file-system';
import type { OpenFile } from '../../files/open-file';
import { writeAll } from '../../files/write-all';
import { execute } from './execute';
import { encodeCommand } from './resp';
import { RespReader } from './resp-reader';
import type { RedisServer } from './server';
import { readSnapshot, snapshotLength, writeSnapshot } from './snapshot-file';
import { atLeast } from './version';

/** A snapshot that failed is tried again after this long (CONFIG_BGSAVE_RETRY_DELAY). */
const retryMs = 5_000;

/** The snapshot (RDB) and the append-only file (AOF) of a server, in its folder. */
export class Persistence {
  lastSaveMs: number;
  private log: OpenFile | undefined;
  private logDatabase = -1;
  private timer: { cancel(): void } | undefined;

  constructor(private readonly server: RedisServer) {
    this.lastSaveMs = server.now();
    server.onChange = (database, command) => this.keep(database, command);
    server.process.onEnd(() => {
      this.timer?.cancel();
      this.log?.release();
    });
  }

  /** Reads what an earlier server left. The text says why the server cannot start; undefined when it can. */
  async load(): Promise<string | undefined> {
    const { server } = this;
    if (server.settings.get('appendonly') === 'yes') return this.loadLog();
    const path = this.path(server.settings.get('dbfilename'));
    if (!server.process.files.exists(path)) return undefined;
    const problem = this.loadSnapshot(path);
    if (problem === undefined) server.log('*', 'DB loaded from disk: 0.000 seconds');
    return problem;
  }

  /** Writes the snapshot at once; why not, if not. */
  save(): string | undefined {
    const { server } = this;
    const name = server.settings.get('dbfilename');
    const temporary = this.path(`temp-${server.process.pid}.rdb`);
    try {
      this.write(temporary, writeSnapshot(server.databases, server.release, server.now()));
      server.process.files.rename(temporary, this.path(name));
    } catch (error) {
      if (!(error instanceof FileError)) throw error;
      server.log(
        '#',
        `Failed opening the temp RDB file temp-${server.process.pid}.rdb (in server root dir ${server.settings.get('dir')}) for saving: ${errorText(error)}`,
      );
      server.lastSaveFailed = true;
      return errorText(error);
    }
    server.log('*', 'DB saved on disk');
    server.dirty = 0;
    server.lastSaveFailed = false;
    this.lastSaveMs = server.now();
    return undefined;
  }

  /** BGSAVE: the same, with the lines that its child would log. */
  saveInBackground(): void {
    this.server.log('*', `Background saving started by pid ${this.server.process.pid + 20}`);
    const problem = this.save();
    if (problem === undefined) this.server.log('*', 'Background saving terminated with success');
    else {
      this.server.log('#', 'Background saving error');
      this.timer?.cancel();
      this.timer = this.server.process.clock.after(retryMs, () => this.saveIfNeeded());
    }
  }

  /** Turns the append-only file on, with all that is there now, or off. */
  setLogging(on: boolean): void {
    if (!on) {
      this.log?.release();
      this.log = undefined;
    } else if (!this.log) this.startLog();
  }

  private keep(database: number, command: string[]): void {
    if (this.log) {
      if (this.logDatabase !== database) this.append(['SELECT', String(database)]);
      this.logDatabase = database;
      this.append(command);
    }
    this.planSave();
  }

  /** `save 60 10000`: a snapshot once so many changes were made, that many seconds after the last one. */
  private planSave(): void {
    const { server } = this;
    this.timer?.cancel();
    const numbers = server.settings.get('save').split(' ').map(Number);
    let soonest: { atMs: number; seconds: number } | undefined;
    for (let i = 0; i + 1 < numbers.length; i += 2) {
      const [seconds = 0, changes = 0] = [numbers[i], numbers[i + 1]];
      const atMs = this.lastSaveMs + seconds * 1_000;
      if (server.dirty >= changes && (!soonest || atMs < soonest.atMs)) soonest = { atMs, seconds };
    }
    if (!soonest) return;
    const { seconds, atMs } = soonest;
    this.timer = server.process.clock.after(Math.max(100, atMs - server.now()), () => {
      if (server.dirty > 0) server.log('*', `${server.dirty} changes in ${seconds} seconds. Saving...`);
      this.saveIfNeeded();
    });
  }

  private saveIfNeeded(): void {
    if (!this.server.process.status && this.server.dirty > 0) this.saveInBackground();
  }

  private path(name: string): string {
    return `${this.server.settings.get('dir')}/${name}`;
  }

  private write(path: string, text: string): void {
    const file = this.server.process.files.open(path, 'w', 0o644);
    try {
      writeAll(file, encode(text));
    } finally {
      file.release();
    }
  }

  private append(command: string[]): void {
    try {
      if (this.log) writeAll(this.log, encode(encodeCommand(command)));
    } catch (error) {
      if (!(error instanceof FileError)) throw error;
      this.server.log('#', `Error writing to the AOF file: ${errorText(error)}`);
      this.server.process.end({ code: 1 });
    }
  }

  private loadSnapshot(path: string): string | undefined {
    const { server } = this;
    const text = decode(server.process.files.readFile(path));
    server.log('*', `Loading RDB produced by version ${server.release}`);
    return readSnapshot(text, server.databases);
  }

  /** Names of the files: a folder with a manifest since 7.0, one file before. */
  private logFiles(): { folder: string; base?: string; increments: string; manifest?: string } {
    const { settings, release } = this.server;
    const name = settings.get('appendfilename');
    if (!atLeast(release, 7)) return { folder: this.path(''), increments: this.path(name) };
    const folder = this.path(settings.get('appenddirname'));
    return {
      folder,
      base: `${folder}/${name}.1.base.rdb`,
      increments: `${folder}/${name}.1.incr.aof`,
      manifest: `${folder}/${name}.manifest`,
    };
  }

  private async loadLog(): Promise<string | undefined> {
    const { server } = this;
    const { files } = server.process;
    const { base, increments } = this.logFiles();
    if (!files.exists(increments)) return this.startLog();
    if (base !== undefined && files.exists(base)) {
      const problem = this.loadSnapshot(base);
      if (problem !== undefined) return problem;
      server.log('*', `DB loaded from base file ${baseName(base)}: 0.000 seconds`);
    }
    const reader = new RespReader();
    const text = decode(files.readFile(increments));
    if (text.startsWith('REDIS')) {
      const problem = readSnapshot(text, server.databases);
      if (problem !== undefined) return problem;
    }
    reader.feed(text.slice(snapshotLength(text)));
    const itself = server.newClient();
    for (let words = reader.command(); words; words = reader.command()) await execute(server, itself, words);
    server.dirty = 0;
    if (base !== undefined)
      server.log('*', `DB loaded from incr file ${baseName(increments)}: 0.000 seconds`);
    server.log('*', 'DB loaded from append only file: 0.000 seconds');
    if (base !== undefined) server.log('*', `Opening AOF incr file ${baseName(increments)} on server start`);
    return this.openLog(increments);
  }

  private startLog(): string | undefined {
    const { server } = this;
    const { folder, base, increments, manifest } = this.logFiles();
    try {
      if (base !== undefined && manifest !== undefined) {
        if (!server.process.files.exists(folder)) server.process.files.mkdir(folder, 0o755);
        this.write(base, writeSnapshot(server.databases, server.release, server.now()));
        server.log('*', `Creating AOF base file ${baseName(base)} on server start`);
        server.log('*', `Creating AOF incr file ${baseName(increments)} on server start`);
        this.write(
          manifest,
          `file ${baseName(base)} seq 1 type b\nfile ${baseName(increments)} seq 1 type i\n`,
        );
      }
    } catch (error) {
      if (!(error instanceof FileError)) throw error;
      return `Can't open or create append-only dir ${this.server.settings.get('appenddirname')}: ${errorText(error)}`;
    }
    // Before 7.0 the one file begins with a snapshot of what is there (aof-use-rdb-preamble).
    if (base === undefined && server.databases.some((db) => db.size > 0))
      this.write(increments, writeSnapshot(server.databases, server.release, server.now()));
    return this.openLog(increments);
  }

  private openLog(path: string): string | undefined {
    try {
      this.log = this.server.process.files.open(path, 'a', 0o644);
      this.logDatabase = -1;
      return undefined;
    } catch (error) {
      if (!(error instanceof FileError)) throw error;
      return `Can't open the append-only file ${baseName(path)}: ${errorText(error)}`;
    }
  }
}

function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
