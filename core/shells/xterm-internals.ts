import type { Terminal } from '@xterm/headless';

/**
 * What xterm.js 6.0 knows but does not tell through its API. Read here alone; a test fails when an upgrade moves it, and
 * until then everything that is not found counts as unknown.
 */
interface Internals {
  _core?: {
    _inputHandler?: { _parser?: { currentState?: number } };
    _bufferService?: { buffer?: { scrollTop?: number; scrollBottom?: number } };
    coreService?: {
      isCursorHidden?: boolean;
      decPrivateModes?: { cursorStyle?: string; cursorBlink?: boolean };
    };
    coreMouseService?: { activeEncoding?: string };
  };
}

const ground = 0;
const core = (terminal: Terminal) => (terminal as unknown as Internals)._core;

/** Whether the next byte is read as text: not within an escape sequence, an OSC string or the like. */
export function readsText(terminal: Terminal): boolean {
  return core(terminal)?._inputHandler?._parser?.currentState === ground;
}

/** Lines that scroll, counted from 0, when DECSTBM has set fewer than all; undefined for all or unknown. */
export function scrollRegion(terminal: Terminal): { top: number; bottom: number } | undefined {
  const { scrollTop: top, scrollBottom: bottom } = core(terminal)?._bufferService?.buffer ?? {};
  if (top === undefined || bottom === undefined) return undefined;
  return top === 0 && bottom === terminal.rows - 1 ? undefined : { top, bottom };
}

/** Whether it is known that a line feed on the last line scrolls the whole screen. */
export function scrollsAsAWhole(terminal: Terminal): boolean {
  const buffer = core(terminal)?._bufferService?.buffer;
  return buffer?.scrollTop === 0 && buffer.scrollBottom === terminal.rows - 1;
}

export interface CursorAndMouse {
  hidden: boolean;
  /** DECSCUSR parameter; undefined for the terminal's own. */
  shape: number | undefined;
  /** DECSET number of the mouse report encoding; undefined for the oldest. */
  mouseEncoding: number | undefined;
}

export function cursorAndMouse(terminal: Terminal): CursorAndMouse {
  const { coreService, coreMouseService } = core(terminal) ?? {};
  const modes = coreService?.decPrivateModes;
  const steady = { block: 2, underline: 4, bar: 6 }[modes?.cursorStyle ?? ''];
  return {
    hidden: coreService?.isCursorHidden === true,
    shape: steady === undefined ? undefined : steady - (modes?.cursorBlink ? 1 : 0),
    mouseEncoding: { SGR: 1006, SGR_PIXELS: 1016 }[coreMouseService?.activeEncoding ?? ''],
  };
}
