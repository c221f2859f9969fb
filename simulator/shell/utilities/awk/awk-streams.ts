import { errorText } from '../../../files/error-text';
import { FileError } from '../../../files/file-system';
import type { OpenFile } from '../../../files/open-file';
import type { Process } from '../../../runtime/process';
import { splitAt } from '../regular-expression';
import { start, waitThrough } from '../running';
import type { Utility } from '../utility';
import type { AwkState } from './awk-state';
import { number, type Value } from './awk-value';

interface Output {
  fd: number;
  /** Printed, and not written yet: stdio's buffer. */
  held: string;
  child?: Process;
}

const bufferBytes = 4096;

/** What an awk program reads and writes: its input, and the files and commands it opened by name. */
export class AwkStreams {
  exitCode = 0;
  private readonly outputs = new Map<string, Output>();
  private readonly readers = new Map<string, AsyncGenerator<string>>();
  private input: AsyncGenerator<string> | undefined;

  constructor(
    private readonly self: Utility,
    private readonly state: AwkState,
    private readonly files: string[],
  ) {}

  /** The records of the main input, which getline shares with the main loop. */
  get main(): AsyncGenerator<string> {
    this.input ??= this.records();
    return this.input;
  }

  /** Records of a file or of the output of a command, going on where the last getline stopped. */
  named(name: string, kind: 'file' | 'command'): AsyncGenerator<string> {
    const source = this.readers.get(name) ?? (kind === 'file' ? this.linesOf(name) : this.outputOf(name));
    this.readers.set(name, source);
    return source;
  }

  private async *records(): AsyncGenerator<string> {
    let any = false;
    for (const path of this.files) {
      const assignment = /^([A-Za-z_]\w*)=(.*)$/s.exec(path);
      if (assignment) {
        this.state.set(assignment[1] as string, assignment[2] as string);
        continue;
      }
      any = true;
      yield* this.fileRecords(path);
    }
    if (!any) yield* this.fileRecords('-');
  }

  private async *fileRecords(path: string): AsyncGenerator<string> {
    const file = await this.self.open(path, path);
    if (!file) {
      this.exitCode = 1;
      return;
    }
    this.state.globals.set('FILENAME', path);
    this.state.globals.set('FNR', 0);
    try {
      for await (const record of this.split(file)) {
        this.state.globals.set('NR', number(this.state.globals.get('NR') as Value) + 1);
        this.state.globals.set('FNR', number(this.state.globals.get('FNR') as Value) + 1);
        yield record;
      }
    } finally {
      file.release();
    }
  }

  private async *split(file: OpenFile): AsyncGenerator<string> {
    const separator = this.state.text(this.state.globals.get('RS') as Value);
    if (separator.length === 1) {
      for await (const { lines } of this.self.lines(file, separator)) yield* lines;
      return;
    }
    const text = await this.self.readAll(file);
    const parts =
      separator === ''
        ? text.replace(/^\n+|\n+$/g, '').split(/\n{2,}/)
        : splitAt(text.replace(/\n$/, ''), this.state.regex(separator));
    for (const part of parts) if (text !== '') yield part;
  }

  /** Writes what `print > target` (or >> or |) prints. */
  async writeTo(op: string, target: string, text: string): Promise<void> {
    const { process } = this.self;
    if (target === '/dev/stdout' || target === '-') return void (await this.self.print(text));
    await this.self.flush();
    if (target === '/dev/stderr') return void (await process.write(2, text));
    let output = this.outputs.get(target);
    if (!output) {
      if (op === '|') {
        const { reader, writer } = process.pipe();
        const child = await start(this.self, ['sh', '-c', target], {
          fds: new Map(process.fds).set(0, reader),
        });
        reader.release();
        const fd = process.addFd(writer);
        output = typeof child === 'number' ? { fd, held: '' } : { fd, held: '', child };
      } else output = { fd: await this.openFile(target, op === '>' ? 'w' : 'a'), held: '' };
      this.outputs.set(target, output);
    }
    output.held += text;
    if (output.held.length >= bufferBytes) await this.pass(output);
  }

  private async openFile(path: string, flags: string): Promise<number> {
    const { process } = this.self;
    try {
      return process.addFd(await process.open(path, flags));
    } catch (error) {
      if (!(error instanceof FileError)) throw error;
      return this.self.fail(`can't open '${path}': ${errorText(error)}`);
    }
  }

  private async pass(output: Output): Promise<void> {
    const text = output.held;
    output.held = '';
    await this.self.process.write(output.fd, text);
  }

  /** fflush(): what was printed goes on to where it was printed to. */
  async flush(): Promise<void> {
    await this.self.flush();
    for (const output of this.outputs.values()) await this.pass(output);
  }

  /** close(): the exit code of a command, 0 for a file, -1 when nothing of that name is open. */
  async close(name: string): Promise<number> {
    await this.self.flush();
    const reader = this.readers.get(name);
    if (reader) {
      this.readers.delete(name);
      await reader.return(undefined);
      return 0;
    }
    const output = this.outputs.get(name);
    if (!output) return -1;
    this.outputs.delete(name);
    await this.pass(output);
    this.self.process.closeFd(output.fd);
    return output.child ? (await waitThrough(this.self.process, output.child)).code : 0;
  }

  async closeAll(): Promise<void> {
    await this.self.flush();
    for (const name of [...this.outputs.keys()]) await this.close(name);
  }

  private async *linesOf(path: string): AsyncGenerator<string> {
    const file = path === '-' ? await this.self.open('-') : this.self.process.files.open(path, 'r');
    if (!file) return;
    yield* this.split(file);
    file.release();
  }

  private async *outputOf(command: string): AsyncGenerator<string> {
    await this.self.flush();
    const { reader, writer } = this.self.process.pipe();
    const child = await start(this.self, ['sh', '-c', command], {
      fds: new Map(this.self.process.fds).set(1, writer),
    });
    writer.release();
    yield* this.split(reader);
    reader.release();
    if (typeof child !== 'number') await waitThrough(this.self.process, child);
  }

  async system(command: string): Promise<number> {
    await this.flush();
    const child = await start(this.self, ['sh', '-c', command]);
    return typeof child === 'number' ? child : (await waitThrough(this.self.process, child)).code;
  }
}
