import { Buffer } from 'node:buffer';
import { createRequire } from 'node:module';
import type { Terminal as TerminalType } from '@xterm/headless';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { TerminalScreen } from './terminal-screen';

const { Terminal } = createRequire(import.meta.url)('@xterm/headless') as { Terminal: typeof TerminalType };

const screens: TerminalScreen[] = [];
function screenOf(columns = 80, rows = 24): TerminalScreen {
  const screen = new TerminalScreen(columns, rows);
  screens.push(screen);
  return screen;
}
afterEach(() => {
  for (const screen of screens.splice(0)) screen.dispose();
});

/** A terminal as a browser has it, that has drawn `bytes`. */
async function drawn(bytes: Uint8Array | string, columns = 80, rows = 24): Promise<TerminalType> {
  const terminal = new Terminal({ cols: columns, rows, scrollback: 2000, allowProposedApi: true });
  await new Promise<void>((resolve) => terminal.write(bytes, resolve));
  return terminal;
}

const lines = ({ buffer: { active } }: TerminalType) =>
  Array.from({ length: active.length }, (_, row) => active.getLine(row)?.translateToString(true));

/** Flags and colours of every cell of the last screen. */
const styles = ({ buffer: { active }, rows, cols }: TerminalType) =>
  Array.from({ length: rows * cols }, (_, at) => {
    const cell = active.getLine(active.baseY + Math.floor(at / cols))?.getCell(at % cols);
    // What a space looks like is its background alone.
    if (!cell?.getChars().trim()) return [cell?.getBgColor()];
    return [
      cell.isBold(),
      cell.isDim(),
      cell.isInverse(),
      cell.isUnderline(),
      cell.getFgColor(),
      cell.getBgColor(),
    ];
  });

/** Everything of a terminal that its user could notice. */
const look = (terminal: TerminalType) => {
  const { active } = terminal.buffer;
  return {
    lines: lines(terminal),
    styles: styles(terminal),
    cursor: [active.cursorX, active.cursorY, active.baseY],
    buffer: active.type,
    modes: { ...terminal.modes },
  };
};

async function feedAndCompare(parts: (string | Uint8Array)[], columns = 80, rows = 24): Promise<void> {
  const screen = screenOf(columns, rows);
  const bytes = parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : part));
  for (const part of bytes) screen.feed(part);
  const replayed = await drawn((await screen.snapshot()).bytes, columns, rows);
  expect(look(replayed)).toEqual(look(await drawn(Buffer.concat(bytes), columns, rows)));
}

describe('a screen that is seen again', () => {
  it.each([
    ['text', ['hello\r\nworld']],
    ['colour', ['\x1b[1;31mred\x1b[0m \x1b[38;2;1;2;3mtrue\x1b[m\r\n']],
    ['bold after dim', ['\x1b[2mdim\x1b[0m\x1b[1;38;2;1;22;5mbold\x1b[2mboth\x1b[22mnone']],
    ['wide characters and a cut one', [Buffer.from([0xe4, 0xbd]), Buffer.from([0xa0, 0x21])]],
    ['an application in the alternate buffer', ['shell$ vi\r\n\x1b[?1049h\x1b[2J\x1b[5;10Hfile\x1b[24;1H:q']],
    ['bracketed paste, application keys', ['\x1b[?2004h\x1b[?1h\x1b=']],
    ['mouse tracking', ['\x1b[?1002h\x1b[?1006h']],
    ['insert mode', ['abc\x1b[4h\x1b[1G']],
    ['more lines than the screen has', [Array.from({ length: 500 }, (_, i) => `line ${i}`).join('\r\n')]],
  ])('shows %s as it was', (_, parts) => feedAndCompare(parts));

  it('can be seen from the middle of a colour on', async () => {
    const screen = screenOf();
    screen.feed(Buffer.from('plain \x1b[3'));
    const { bytes } = await screen.snapshot();
    const replayed = await drawn(Buffer.concat([bytes, Buffer.from('1mred')]));
    expect(look(replayed)).toEqual(look(await drawn('plain \x1b[31mred')));
  });

  it('keeps the scroll region of a full-screen program', async () => {
    const screen = screenOf();
    screen.feed(Buffer.from('\x1b[?1049h\x1b[3;10r\x1b[5;7Hx'));
    const replayed = await drawn((await screen.snapshot()).bytes);
    expect([replayed.buffer.active.cursorX, replayed.buffer.active.cursorY]).toEqual([7, 4]);
    await new Promise<void>((resolve) => replayed.write('\x1b[2;1Habove\x1b[10;1H\n\n', resolve));
    expect(lines(replayed)[1]).toBe('above');
    expect(lines(replayed)[2]).toBe('x'.padStart(7));
  });

  it.each([
    ['title', '\x1b]2;top\x07', '\x1b]2;top\x07'],
    ['hidden cursor', '\x1b[?25l', '\x1b[?25l'],
    ['cursor shape', '\x1b[6 q', '\x1b[6 q'],
    ['mouse encoding', '\x1b[?1000h\x1b[?1006h', '\x1b[?1006h'],
  ])('tells the %s, which the serialiser leaves out', async (_, output, expected) => {
    const screen = screenOf();
    screen.feed(Buffer.from(output));
    expect(Buffer.from((await screen.snapshot()).bytes).toString()).toContain(expected);
  });

  it('applies a resize after what was printed before it', async () => {
    const screen = screenOf(10, 5);
    screen.feed(Buffer.from('0123456789abc\r\n'));
    screen.resize(20, 5);
    const { columns, bytes } = await screen.snapshot();
    expect(columns).toBe(20);
    expect(lines(await drawn(bytes, 20, 5))[0]).toBe('0123456789abc');
  });

  it('leaves behind the ordinary buffer when its program is gone', async () => {
    const screen = screenOf();
    screen.feed(Buffer.from('$ vi\r\n\x1b[?1049hediting'));
    const terminal = await drawn(await screen.remains());
    expect(lines(terminal)[0]).toBe('$ vi');
    expect(terminal.buffer.active.type).toBe('normal');
  });
});

describe('output faster than it can be parsed', () => {
  const text = (from: number, count: number) =>
    Array.from({ length: count }, (_, i) => `${from + i} ${'x'.repeat((from + i) % 100)}\r\n`).join('');
  const chunks = (all: string) => {
    const bytes = Buffer.from(all);
    return Array.from({ length: Math.ceil(bytes.length / 4095) }, (_, i) =>
      bytes.subarray(i * 4095, (i + 1) * 4095),
    );
  };

  const coloured = text(0, 40_000)
    .replace(/^(\d+)/gm, '\x1b[2m$1\x1b[0m\x1b[1;32m ok')
    .replaceAll(/(x{7})/g, '\x1b[38;5;208m$1\x1b[0m');

  it.each([
    ['text alone', text(0, 40_000)],
    ['text after colour', `\x1b[32m$ \x1b[0m\x1b[34m${text(0, 40_000)}`],
    ['text within an unfinished title', `\x1b]2;${text(0, 40_000)}\x07${text(0, 10)}`],
    ['text within a scroll region', `\x1b[3;10r\x1b[12;1H${text(0, 40_000)}`],
    ['text in the alternate buffer', `\x1b[?1049h${text(0, 40_000)}`],
    ['text in the line-drawing character set', `\x1b(0${text(0, 40_000)}`],
    ['line feeds without carriage returns', text(0, 40_000).replaceAll('\r', '')],
    ['one long line', 'y'.repeat(2_000_000)],
    ['C1 controls', text(0, 20_000) + '\u009b5;5r'.repeat(3) + text(0, 20_000)],
    ['coloured text', coloured],
    ['coloured text without resets', coloured.replaceAll('\x1b[0m', '\x1b[39m')],
    [
      'every line in another colour',
      text(0, 40_000).replace(/^(\d+)/gm, (_, n) => `\x1b[48;2;${n % 256};111;${n % 199}m${n}`),
    ],
    ['bold on and off', text(0, 40_000).replace(/^(\d+)/gm, (_, n) => `\x1b[${n % 3 ? 1 : 22};4m${n}`)],
    ['umlauts', text(0, 40_000).replaceAll('xx', 'ü«')],
  ])(
    'ends with the screen that parsing all of it would give: %s',
    (_, all) => feedAndCompare(chunks(all)),
    60_000,
  );

  it.each([
    ['text', text(0, 200_000)],
    ['coloured text', coloured.repeat(4)],
  ])('keeps little of it: %s', (_, all) => {
    const screen = screenOf();
    for (const chunk of chunks(all)) {
      screen.feed(chunk);
      expect(screen.isOverfull).toBe(false);
    }
  });

  it('asks for a pause when all of it has to be parsed, and says when that is over', async () => {
    const screen = screenOf();
    for (const chunk of chunks(`\x1b[5G${text(0, 100)}`.repeat(1000))) screen.feed(chunk);
    expect(screen.isOverfull).toBe(true);
    await new Promise<void>((resolve) => {
      screen.onRelief = resolve;
    });
    expect(screen.isOverfull).toBe(false);
  });

  it('is exact for whatever is printed', async () => {
    const piece = fc.oneof(
      { weight: 5, arbitrary: fc.integer({ min: 1, max: 6000 }).map((count) => text(count, count)) },
      fc.constantFrom(
        '\x1b[31m',
        '\x1b[0m',
        '\x1b[;7m',
        '\x1b[1;38;5;9m',
        '\x1b[44m',
        '\x1b[39m',
        '\x1b[38:2::1:2:3m',
        '\x1b[22;24m',
        '\x1b[2;9r',
        '\x1b[r',
        '\x1b[?1049h',
        '\x1b[?1049l',
        '\x1b[H',
        '\x1b]2;',
        '\x07',
      ),
      fc.constantFrom(
        '\x0e',
        '\x0f',
        '\t',
        '\b',
        'é',
        '漢',
        '\x1b[?7l',
        '\x1b[?6h',
        '\x1b[4h',
        '\x1b7',
        '\x1b8',
      ),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(piece, { maxLength: 12 }), (pieces) =>
        feedAndCompare(chunks(pieces.join(''))),
      ),
      { numRuns: 12, seed: 1 },
    );
  }, 120_000);
});
