import { escapesOnlyToColour } from './escapes-only-to-colour';
import { penAfter, startOfUnfinishedSgr } from './select-graphic-rendition';

type Item =
  | { kind: 'text'; bytes: Uint8Array; plain: boolean }
  | { kind: 'resize'; columns: number; rows: number };

/**
 * Output that a screen has not parsed yet. Parsing costs more than passing on, so a screen lags while much is printed;
 * what has scrolled out of its memory by then need not be parsed at all, where leaving it out changes nothing.
 */
export class OutputBacklog {
  private items: Item[] = [];
  private special = 0;
  /** The beginning of an SGR sequence whose end has not come: it draws nothing yet, so it can wait outside. */
  unfinished: Uint8Array | undefined;
  /** Bytes waiting. */
  bytes = 0;
  /** Pieces that ever came in, and that ever went out. */
  pushed = 0;
  taken = 0;

  push(received: Uint8Array): void {
    const whole = this.unfinished ? Buffer.concat([this.unfinished, received]) : received;
    const end = startOfUnfinishedSgr(whole);
    this.unfinished = end < whole.length ? whole.subarray(end) : undefined;
    if (end === 0) return;
    const bytes = whole.subarray(0, end);
    const plain = isPlain(bytes);
    this.items.push({ kind: 'text', bytes, plain });
    if (!plain) this.special++;
    this.bytes += bytes.length;
    this.pushed++;
  }

  pushResize(columns: number, rows: number): void {
    this.items.push({ kind: 'resize', columns, rows });
    this.special++;
    this.pushed++;
  }

  get isEmpty(): boolean {
    return this.items.length === 0;
  }

  /**
   * Whether nothing but text, its colours and line ends is waiting: nothing that changes how a terminal reads what
   * follows.
   */
  get isPlain(): boolean {
    return this.special === 0;
  }

  next(): Item | undefined {
    const item = this.items.shift();
    if (!item) return undefined;
    this.taken++;
    if (item.kind === 'resize' || !item.plain) this.special--;
    if (item.kind === 'text') this.bytes -= item.bytes.length;
    return item;
  }

  /**
   * Leaves out all but the last `lines` lines, the line end before them, and the colours that hold there. Nothing happens when less is waiting or
   * when something but text is. Exact only for a terminal that reads text as text, scrolls as a whole, and remembers
   * no more than `lines` lines, the visible ones included.
   */
  keepLastLines(lines: number): void {
    if (!this.isPlain) return;
    let ends = 0;
    for (let i = this.items.length - 1; i >= 0; i--) {
      const item = this.items[i];
      if (item?.kind !== 'text') return;
      let at = item.bytes.length;
      while (at > 0) {
        at = item.bytes.lastIndexOf(lineFeed, at - 1);
        if (at < 0) break;
        ends++;
        // Only after CR LF does a line start at the left edge.
        if (ends > lines && at > 0 && item.bytes[at - 1] === carriageReturn) {
          this.cut(i, at - 1);
          return;
        }
      }
    }
  }

  /** Leaves out what comes before the byte `at` of the piece at `index`. */
  private cut(index: number, at: number): void {
    const pieces = this.items.slice(0, index + 1).map((item) => (item.kind === 'text' ? item.bytes : none));
    const last = pieces[index] ?? none;
    pieces[index] = last.subarray(0, at);
    const pen = penAfter(pieces);
    const rest = last.subarray(at);
    const bytes = pen ? Buffer.concat([Buffer.from(pen), rest]) : rest;
    this.taken += index;
    this.items.splice(0, index + 1, { kind: 'text', bytes, plain: true });
    this.bytes = this.items.reduce((sum, item) => sum + (item.kind === 'text' ? item.bytes.length : 0), 0);
  }
}

const none = new Uint8Array();
const lineFeed = 0x0a;
const carriageReturn = 0x0d;
const escapeByte = 0x1b;
/** SO and SI change the character set. */
const shiftOut = 0x0e;
const shiftIn = 0x0f;

/** Whether bytes hold no control but harmless C0 ones and SGR: no other ESC, no shifts, no C1 (U+0080–U+009F as UTF-8). */
function isPlain(bytes: Uint8Array): boolean {
  if (bytes.includes(shiftOut) || bytes.includes(shiftIn)) return false;
  if (bytes.includes(escapeByte) && !escapesOnlyToColour(bytes)) return false;
  // A chunk may start within a character that began as C2.
  const first = bytes[0] ?? 0;
  if (first >= 0x80 && first <= 0x9f) return false;
  for (let at = bytes.indexOf(0xc2); at >= 0; at = bytes.indexOf(0xc2, at + 1)) {
    const next = bytes[at + 1] ?? 0x80;
    if (next >= 0x80 && next <= 0x9f) return false;
  }
  return true;
}
