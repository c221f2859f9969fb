import { decode } from '../../../files/byte-string';
import type { OpenFile } from '../../../files/open-file';
import { type Terminal, terminalOf } from '../../../files/terminal';
import { Interrupted, type Process } from '../../../runtime/process';
import { LineEditor } from '../../../shell/interactive/line-editor';
import type { Reply } from '../resp';
import { splitWords } from '../words';
import { csvText, rawText, standardText } from './format';
import { type CliOptions, parseCli } from './options';
import { CliSession } from './session';

/** redis-cli: one command, commands from standard input, or a prompt. */
export async function redisCli(process: Process, release: string): Promise<number> {
  const options = parseCli(process.argv.slice(1), process.env, release);
  if ('text' in options) {
    await process.write(options.code === 0 ? 1 : 2, options.text);
    return options.code;
  }
  if (options.password !== undefined && !options.quiet)
    await process.write(
      2,
      "Warning: Using a password with '-a' or '-u' option on the command line interface may not be safe.\n",
    );
  const cli = new Cli(process, options);
  if (options.scan) return cli.scan();
  if (options.words.length > 0) return cli.once();
  const file = process.fds.get(0);
  const terminal = terminalOf(file);
  return file && terminal ? cli.prompt(file, terminal) : cli.fromInput();
}

class Cli {
  private readonly session: CliSession;
  private readonly format: 'standard' | 'raw' | 'csv';

  constructor(
    private readonly process: Process,
    private readonly options: CliOptions,
  ) {
    this.session = new CliSession(process, options);
    this.format = options.format ?? (process.isTerminal(1) ? 'standard' : 'raw');
  }

  async once(): Promise<number> {
    const { options, process } = this;
    if (!(await this.session.connect())) return 1;
    const words = options.lastFromInput ? [...options.words, await this.input()] : options.words;
    for (let round = 0; options.repeat < 0 || round < options.repeat; round++) {
      if (round > 0 && options.intervalMs > 0) await process.sleep(options.intervalMs);
      const reply = await this.run(words);
      if (!reply) {
        if (/^(shutdown|quit)$/i.test(words[0] ?? '')) return 0;
        await process.write(2, 'Error: Server closed the connection\n');
        return 1;
      }
      if (reply.type === 'error' && options.failing) return 1;
    }
    return 0;
  }

  async scan(): Promise<number> {
    if (!(await this.session.connect())) return 1;
    let cursor = '0';
    do {
      const filter = this.options.pattern === undefined ? [] : ['MATCH', this.options.pattern];
      const reply = await this.session.ask(['SCAN', cursor, ...filter]);
      if (reply?.type !== 'array') {
        await this.process.write(2, `ERROR: ${reply?.type === 'error' ? reply.text : 'closed'}\n`);
        return 1;
      }
      const [next, keys] = reply.items;
      cursor = next?.type === 'bulk' ? next.text : '0';
      const lines = keys?.type === 'array' ? keys.items : [];
      for (const key of lines) await this.process.write(1, this.text(key));
    } while (cursor !== '0');
    return 0;
  }

  /** A line of standard input is a command, carried out as it comes; faults do not end the rest, nor show in the exit code. */
  async fromInput(): Promise<number> {
    await this.session.connect();
    let pending = '';
    for (;;) {
      const part = await this.process.read(0);
      const lines = (pending + decode(part)).split('\n');
      pending = part.length > 0 ? (lines.pop() ?? '') : '';
      for (const line of lines) {
        if (line.trim() === '') continue;
        if (!this.session.connected && !(await this.session.connect())) continue;
        if ((await this.line(line)) === 'quit') return 0;
      }
      if (part.length === 0) return 0;
    }
  }

  async prompt(file: OpenFile, terminal: Terminal): Promise<number> {
    const { process, options } = this;
    const editor = new LineEditor(process, file, terminal, () => ({ choices: [] }));
    await this.session.connect();
    for (;;) {
      const { connected, database, inTransaction } = this.session;
      const place = `${options.host}:${options.port}${database > 0 ? `[${database}]` : ''}${inTransaction ? '(TX)' : ''}`;
      const edited = await editor.read(connected ? `${place}> ` : 'not connected> ');
      if (edited.type !== 'line') return 0;
      if (edited.text.trim() === '') continue;
      if (!connected && !/^\s*(quit|exit|help)/i.test(edited.text) && !(await this.session.connect()))
        continue;
      if ((await this.line(edited.text)) === 'quit') return 0;
    }
  }

  private async line(text: string): Promise<'quit' | undefined> {
    const { process } = this;
    const words = splitWords(text);
    if (!words) {
      await process.write(1, 'Invalid argument(s)\n');
      return undefined;
    }
    const [first = ''] = words;
    if (/^(quit|exit)$/i.test(first)) return 'quit';
    if (/^clear$/i.test(first)) {
      await process.write(1, '\x1b[H\x1b[2J');
      return undefined;
    }
    if (/^(help|\?)$/i.test(first)) {
      await process.write(
        1,
        'The embedded cluster does not simulate the help of redis-cli; its commands are described at https://redis.io/commands.\n',
      );
      return undefined;
    }
    const repeats = /^[1-9]\d*$/.test(first) && words.length > 1 ? Number(first) : 1;
    const command = repeats > 1 || /^[1-9]\d*$/.test(first) ? words.slice(words.length > 1 ? 1 : 0) : words;
    for (let round = 0; round < repeats; round++) {
      if (await this.run(command)) continue;
      if (/^shutdown$/i.test(command[0] ?? '')) return undefined;
      await process.write(2, 'Error: Server closed the connection\n');
      return undefined;
    }
    return undefined;
  }

  /** One command with its answer, and what follows it when it subscribes. Undefined: the server has gone. */
  private async run(words: string[]): Promise<Reply | undefined> {
    const reply = await this.session.ask(words);
    if (!reply) return undefined;
    const streams = /^(p?subscribe|monitor)$/i.test(words[0] ?? '') && reply.type !== 'error';
    if (streams && this.format === 'standard' && /subscribe/i.test(words[0] ?? ''))
      await this.process.write(1, 'Reading messages... (press Ctrl-C to quit)\n');
    await this.process.write(1, this.text(reply));
    if (streams) await this.follow();
    return reply;
  }

  /** Shows what comes until Ctrl-C, which on a terminal leads back to the prompt. */
  private async follow(): Promise<void> {
    const { process } = this;
    process.setAction('INT', () => undefined);
    try {
      for (let reply = await this.session.next(); reply; reply = await this.session.next())
        await process.write(1, this.text(reply));
    } catch (error) {
      if (!(error instanceof Interrupted)) throw error;
      if (this.options.words.length > 0) process.end({ code: 130, signal: 'INT' });
      this.session.close();
      await this.session.connect();
    } finally {
      process.setAction('INT', 'default');
    }
  }

  private text(reply: Reply): string {
    if (this.format === 'standard') return standardText(reply);
    return `${this.format === 'csv' ? csvText(reply) : rawText(reply)}\n`;
  }

  private async input(): Promise<string> {
    let text = '';
    for (let part = await this.process.read(0); part.length > 0; part = await this.process.read(0))
      text += decode(part);
    return text;
  }
}
