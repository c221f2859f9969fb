import { createRequire } from 'node:module';
import type { SerializeAddon as SerializeAddonType } from '@xterm/addon-serialize';
import type { Terminal as TerminalType } from '@xterm/headless';
import { mendSerialized } from './mend-serialized';
import { OutputBacklog } from './output-backlog';
import { cursorAndMouse, readsText, scrollRegion, scrollsAsAWhole } from './xterm-internals';

// Both packages are CommonJS whose names Node's ES module loader does not find.
const require = createRequire(import.meta.url);
const { Terminal } = require('@xterm/headless') as { Terminal: typeof TerminalType };
const { SerializeAddon } = require('@xterm/addon-serialize') as { SerializeAddon: typeof SerializeAddonType };

/** Lines kept above the visible ones. */
const scrollback = 2000;
/** Whenever so many more bytes wait, text that has scrolled away is left out. */
const condenseEvery = 256 * 1024;
/** Above this many the program should pause, until fewer than `reliefBelow` wait. */
const overfullAbove = 1536 * 1024;
const reliefBelow = 256 * 1024;
const tickMs = 20;
/** Less than this within a tick is parsed at once; more is left for a quieter moment. */
const quietBytes = 64 * 1024;
const sliceBytes = 64 * 1024;

/**
 * The screen of a program, kept on the server so that a browser that comes back sees it as it is. Output is taken at
 * once and parsed when there is time, in slices.
 */
export class TerminalScreen {
  /** Called when `isOverfull` turns false. */
  onRelief: (() => void) | undefined;
  private readonly terminal: TerminalType;
  private readonly serializer = new SerializeAddon();
  private readonly backlog = new OutputBacklog();
  private title = '';
  private fedSinceTick = 0;
  private busyLastTick = false;
  /** Callers who wait until everything up to a piece of the backlog is parsed. */
  private waiters: { piece: number; run: () => void }[] = [];
  private tick: NodeJS.Timeout | undefined;
  private draining: Promise<void> | undefined;
  private overfull = false;
  private condenseAbove = condenseEvery;
  private disposed = false;

  constructor(columns: number, rows: number) {
    this.terminal = new Terminal({
      cols: columns,
      rows,
      scrollback,
      allowProposedApi: true,
      logLevel: 'off',
    });
    // Its types name the browser's terminal; it is made for both.
    this.serializer.activate(this.terminal as never);
    this.terminal.onTitleChange((title) => {
      this.title = title;
    });
  }

  /** Whether so much waits to be parsed that the program should pause. */
  get isOverfull(): boolean {
    return this.overfull;
  }

  /** Grows with everything that is fed. */
  get version(): number {
    return this.backlog.pushed;
  }

  get columns(): number {
    return this.terminal.cols;
  }

  get rows(): number {
    return this.terminal.rows;
  }

  feed(bytes: Uint8Array): void {
    this.backlog.push(bytes);
    this.fedSinceTick += bytes.length;
    if (this.backlog.bytes > this.condenseAbove) this.condense();
    if (this.backlog.bytes > overfullAbove) {
      this.overfull = true;
      void this.drain();
    }
    this.tick ??= setTimeout(this.onTick, tickMs);
  }

  /** Takes effect after everything fed before. */
  resize(columns: number, rows: number): void {
    this.backlog.pushResize(columns, rows);
    this.tick ??= setTimeout(this.onTick, tickMs);
  }

  /** What draws this screen on a terminal that was just reset: scrollback, both buffers, cursor, modes, title. */
  async snapshot(): Promise<{ bytes: Uint8Array; columns: number; rows: number }> {
    await this.parseEverything();
    const text = mendSerialized(this.serializer.serialize()) + this.unserialized();
    // What comes next may be the end of a sequence that has begun.
    const bytes = Buffer.concat([Buffer.from(text), this.backlog.unfinished ?? new Uint8Array()]);
    return { bytes, columns: this.columns, rows: this.rows };
  }

  /** What is left of this screen when its program is gone: text and colours of the ordinary buffer. */
  async remains(): Promise<string> {
    await this.parseEverything();
    return mendSerialized(this.serializer.serialize({ excludeAltBuffer: true, excludeModes: true }));
  }

  dispose(): void {
    this.disposed = true;
    clearTimeout(this.tick);
    this.terminal.dispose();
  }

  private readonly onTick = (): void => {
    this.tick = undefined;
    this.busyLastTick = this.fedSinceTick >= quietBytes;
    this.fedSinceTick = 0;
    if (this.backlog.isEmpty || this.disposed) return;
    if (this.busyLastTick) this.tick = setTimeout(this.onTick, tickMs);
    else void this.drain();
  };

  /** Resolves when all that came before is parsed; what keeps coming is not waited for. */
  private async parseEverything(): Promise<void> {
    if (this.disposed || (this.backlog.isEmpty && !this.draining)) return;
    await new Promise<void>((run) => {
      this.waiters.push({ piece: this.backlog.pushed, run });
      void this.drain();
    });
  }

  private releaseWaiters(): void {
    const { taken } = this.backlog;
    const due = this.waiters.filter(({ piece }) => this.disposed || piece <= taken);
    if (due.length === 0) return;
    this.waiters = this.waiters.filter((waiter) => !due.includes(waiter));
    for (const { run } of due) run();
  }

  private drain(): Promise<void> {
    this.draining ??= this.parseAll().finally(() => {
      this.draining = undefined;
      this.releaseWaiters();
    });
    return this.draining;
  }

  private async parseAll(): Promise<void> {
    while (!this.disposed) {
      if (this.backlog.bytes > this.condenseAbove) this.leaveOutWhatScrolledAway();
      if (this.overfull && this.backlog.bytes < reliefBelow) {
        this.overfull = false;
        this.onRelief?.();
      }
      if (this.backlog.isEmpty) {
        this.condenseAbove = condenseEvery;
        return;
      }
      // Text that streams by is left for later: most of it will never have to be parsed.
      const busy = this.busyLastTick || this.fedSinceTick >= quietBytes;
      if (busy && this.backlog.isPlain && !this.overfull && this.waiters.length === 0) {
        this.tick ??= setTimeout(this.onTick, tickMs);
        return;
      }
      await this.parseSlice();
      this.releaseWaiters();
    }
  }

  private async parseSlice(): Promise<void> {
    let taken = 0;
    let parsed: Promise<void> | undefined;
    while (taken < sliceBytes) {
      const item = this.backlog.next();
      if (!item) break;
      if (item.kind === 'resize') {
        await parsed;
        if (!this.disposed) this.terminal.resize(item.columns, item.rows);
        return;
      }
      taken += item.bytes.length;
      parsed = new Promise((resolve) => this.terminal.write(item.bytes, resolve));
    }
    await parsed;
  }

  /** Not while something is being parsed: the parser's state is then not the one before the backlog. */
  private condense(): void {
    if (this.draining) return;
    if (this.backlog.isPlain) this.leaveOutWhatScrolledAway();
    else void this.drain();
  }

  private leaveOutWhatScrolledAway(): void {
    const exact = this.backlog.isPlain && readsText(this.terminal) && scrollsAsAWhole(this.terminal);
    if (exact) this.backlog.keepLastLines(scrollback + this.terminal.rows);
    this.condenseAbove = this.backlog.bytes + condenseEvery;
  }

  private unserialized(): string {
    const { terminal, title } = this;
    const { hidden, shape, mouseEncoding } = cursorAndMouse(terminal);
    const region = scrollRegion(terminal);
    let text = '';
    if (region) text += `\x1b[${region.top + 1};${region.bottom + 1}r`;
    // Both a scroll region and origin mode move the cursor home when they are set.
    if (region || terminal.modes.originMode) {
      const { cursorX, cursorY } = terminal.buffer.active;
      const above = terminal.modes.originMode ? (region?.top ?? 0) : 0;
      text += `\x1b[${cursorY - above + 1};${cursorX + 1}H`;
    }
    if (shape !== undefined) text += `\x1b[${shape} q`;
    if (mouseEncoding !== undefined) text += `\x1b[?${mouseEncoding}h`;
    if (hidden) text += '\x1b[?25l';
    if (title) text += `\x1b]2;${title.replace(/[\x00-\x1f\x7f-\x9f]/g, '')}\x07`;
    return text;
  }
}
