import { toBytes, toText } from '../../../files/byte-string';
import { cookedModes, terminalOf } from '../../../files/terminal';
import { Interrupted } from '../../../runtime/process';
import { ExpressionFault } from '../../posix-regexp/syntax';
import { TerminalKeys } from '../../terminal-keys';
import { start, waitThrough } from '../running';
import { type Utility, utility } from '../utility';
import { Editor } from './editor';
import { colon, load, type Session, status } from './ex';
import { Screen } from './screen';

const usage = '[-c CMD] [-R] [-H] [FILE]...\n\nEdit FILE';

/** BusyBox vi: one file at a time, on the terminal. */
export const vi = utility('vi', usage, async (self) => {
  const options = self.options('c:RH');
  const [path, ...more] = options.operands;
  if (more.length > 0)
    return self.fail(
      'The embedded cluster simulates vi with one file at a time; name one, and use :e for the next',
    );
  const terminal = terminalOf(self.process.fds.get(0));
  const editing = new Editing(self, path, options.has('R'));
  const enter = () =>
    terminal?.setModes({ canonical: false, echo: false, signals: false, crToNl: false, nlToCrNl: false });
  editing.leave = () => terminal?.setModes(cookedModes);
  editing.enter = enter;
  self.process.setAction('WINCH', () => editing.screen.forget());
  enter();
  // The alternate screen, so that the shell's comes back.
  await self.process.write(1, '\x1b[?1049h\x1b[2J');
  try {
    return await editing.run(options.values('c'));
  } finally {
    terminal?.setModes(cookedModes);
    if (!self.process.status)
      await self.process.write(1, `\x1b[${editing.screen.height + 1};1H\x1b[K\x1b[?1049l`);
  }
});

/** The editor, its screen and its status line put together. */
class Editing {
  readonly screen: Screen;
  enter: () => void = () => undefined;
  leave: () => void = () => undefined;
  private readonly session: Session;
  private readonly keys: TerminalKeys | undefined;
  private message = '';

  constructor(
    private readonly self: Utility,
    path: string | undefined,
    readOnly: boolean,
  ) {
    const { process } = self;
    const terminal = terminalOf(process.fds.get(1));
    this.screen = new Screen(
      () => ({ rows: terminal?.rows ?? 24, columns: terminal?.columns ?? 80 }),
      (bytes) => process.write(1, bytes),
    );
    const input = process.fds.get(0);
    this.keys = input && new TerminalKeys(process, input);
    const say = (message: string) => {
      this.message = message;
    };
    const editor = new Editor({
      key: () => this.key(),
      line: (prompt) => this.line(prompt),
      colon: (command) => colon(this.session, command),
      say,
      redraw: () => this.screen.forget(),
      view: () => ({ top: this.screen.top, height: this.screen.height }),
      scrollTo: (top) => {
        this.screen.top = top;
      },
      turn: () => process.checkpoint(),
    });
    const shell = (command: string) => this.shell(command);
    this.session = { process, editor, path, utf8: true, readOnly, numbered: false, done: false, say, shell };
  }

  async run(commands: readonly string[]): Promise<number> {
    const { session, self } = this;
    load(session);
    for (const command of commands)
      if (!session.done) await this.attempt(() => colon(session, command), undefined);
    while (!session.done) {
      const { lines } = session.editor.text;
      self.process.setMemory(2 * lines.reduce((sum, line) => sum + line.length + 32, 0));
      if (!(await this.attempt(() => session.editor.command(), true))) return 1;
    }
    return 0;
  }

  /** An expression that takes too long ends the command, and not the editor with the text in it. */
  private async attempt<T>(command: () => Promise<T>, otherwise: T): Promise<T> {
    try {
      return await command();
    } catch (error) {
      if (!(error instanceof ExpressionFault)) throw error;
      this.session.say(error.message);
      return otherwise;
    }
  }

  /** The next key, once the screen shows how things are. */
  private async key(): Promise<string | undefined> {
    const { editor, numbered } = this.session;
    for (;;) {
      await this.screen.draw(editor.text, editor.at, this.message || status(this.session), numbered);
      const key = await this.character();
      if (key === 'again') continue;
      this.message = '';
      return key;
    }
  }

  /** A character of several bytes is one key. */
  private async character(): Promise<string | undefined> {
    try {
      if (!this.session.utf8) return await this.keys?.next();
      const key = await this.keys?.nextCharacter();
      return key && toText(key);
    } catch (error) {
      if (error instanceof Interrupted) return 'again';
      throw error;
    }
  }

  /** A line typed at the bottom; Escape, or deleting its prompt, gives it up. */
  private async line(prompt: string): Promise<string | undefined> {
    const { editor, numbered } = this.session;
    let text = '';
    for (;;) {
      await this.screen.draw(editor.text, editor.at, prompt + text, numbered, true);
      const key = await this.character();
      if (key === 'again') continue;
      if (key === undefined || key === '\x1b' || key === '\x03') return undefined;
      if (key === '\r' || key === '\n')
        return this.session.utf8 && prompt === ':' ? toBytesOfPath(text) : text;
      if (key === '\x7f' || key === '\b') {
        if (text === '') return undefined;
        text = text.slice(0, -1);
      } else if (key === '\x15') text = '';
      else if (key.length === 1 && (key >= ' ' || key === '\t')) text += key;
    }
  }

  private async shell(command: string): Promise<void> {
    const { process } = this.self;
    this.leave();
    await process.write(1, `\x1b[${this.screen.height + 1};1H\x1b[K\n`);
    const child = await start(this.self, ['sh', '-c', toBytes(command)]);
    if (typeof child !== 'number') await waitThrough(process, child);
    await process.write(1, '\r\n[Hit return to continue]');
    this.enter();
    for (let key = await this.character(); key !== '\r' && key !== '\n' && key !== undefined; )
      key = await this.character();
    this.screen.forget();
    await process.write(1, '\x1b[2J');
  }
}

/** A line of the colon keeps its characters, but for the names of files in it, which are bytes. */
function toBytesOfPath(line: string): string {
  return /^(?:w|r|e|wq|x|f)!?\s/.test(line) ? toBytes(line) : line;
}
