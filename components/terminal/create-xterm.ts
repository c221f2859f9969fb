import { ClipboardAddon } from '@xterm/addon-clipboard';
import { FitAddon } from '@xterm/addon-fit';
import { type ISearchOptions, SearchAddon } from '@xterm/addon-search';
import { Unicode11Addon } from '@xterm/addon-unicode11';
import { WebLinksAddon } from '@xterm/addon-web-links';
import { WebglAddon } from '@xterm/addon-webgl';
import { Terminal } from '@xterm/xterm';
import '@xterm/xterm/css/xterm.css';
import type { Display } from './terminal-link';
import type { TerminalSettings } from './terminal-settings';
import { onSchemeChange, readTheme } from './terminal-theme';

/** xterm.js as Podlab uses it. Loaded when the first terminal is shown, so that no other page carries it. */
export interface XtermView extends Display {
  readonly terminal: Terminal;
  apply(settings: TerminalSettings): void;
  /** Fits into its element; nothing while that is not shown. */
  fit(): void;
  /** Returns whether something was found. */
  search(text: string, direction: 'next' | 'previous', incremental?: boolean): boolean;
  endSearch(): void;
  copy(): Promise<boolean>;
  paste(): Promise<boolean>;
  dispose(): void;
}

export interface XtermOptions {
  element: HTMLElement;
  settings: TerminalSettings;
  onInput(data: string | Uint8Array): void;
  onResize(columns: number, rows: number): void;
  onSearch(): void;
  /** The learner wants out, by keyboard. */
  onLeave(): void;
}

const searchColours: ISearchOptions = {
  decorations: {
    matchBackground: '#d9b64a',
    activeMatchBackground: '#e07a3f',
    matchOverviewRuler: '#d9b64a',
    activeMatchColorOverviewRuler: '#e07a3f',
  },
};
const fontWaitMs = 1000;

export async function createXterm(options: XtermOptions): Promise<XtermView> {
  const { element, settings } = options;
  const fontFamily = getComputedStyle(element).fontFamily;
  // Measured before its font is there, a terminal has wrong columns.
  const loaded = document.fonts?.load(`${settings.fontSize}px ${fontFamily}`).catch(() => {});
  await Promise.race([loaded, new Promise((resolve) => setTimeout(resolve, fontWaitMs))]);

  const terminal = new Terminal({
    allowProposedApi: true,
    cursorBlink: false,
    fontFamily,
    fontSize: settings.fontSize,
    lineHeight: 1.15,
    minimumContrastRatio: 4.5,
    rightClickSelectsWord: false,
    screenReaderMode: settings.screenReader,
    scrollback: 5000,
    theme: readTheme(element),
    linkHandler: { activate: (_, uri) => openLink(uri) },
  });
  const fit = new FitAddon();
  const search = new SearchAddon();
  terminal.loadAddon(fit);
  terminal.loadAddon(search);
  terminal.loadAddon(new WebLinksAddon((_, uri) => openLink(uri)));
  terminal.loadAddon(new Unicode11Addon());
  terminal.unicode.activeVersion = '11';
  // Programs may put text on the clipboard (OSC 52), not read what is there.
  terminal.loadAddon(
    new ClipboardAddon(undefined, {
      readText: () => '',
      writeText: (_, text) => void navigator.clipboard?.writeText(text).catch(() => {}),
    }),
  );
  terminal.open(element);
  loadWebgl(terminal);
  fit.fit();

  terminal.onData(options.onInput);
  terminal.onBinary((data) => options.onInput(Uint8Array.from(data, (char) => char.charCodeAt(0))));
  terminal.onResize(({ cols, rows }) => options.onResize(cols, rows));
  const endScheme = onSchemeChange(() => {
    terminal.options.theme = readTheme(element);
  });

  const view: XtermView = {
    terminal,
    get columns() {
      return terminal.cols;
    },
    get rows() {
      return terminal.rows;
    },
    draw(bytes, fresh, done) {
      // RIS rather than reset(), which would overtake what is still being written.
      if (fresh) terminal.write('\x1bc');
      terminal.write(bytes, done);
    },
    apply({ fontSize, screenReader }) {
      terminal.options.fontSize = fontSize;
      terminal.options.screenReaderMode = screenReader;
      view.fit();
    },
    fit() {
      if (element.offsetWidth > 0 && element.offsetHeight > 0) fit.fit();
    },
    search: (text, direction, incremental = false) =>
      direction === 'next'
        ? search.findNext(text, { ...searchColours, incremental })
        : search.findPrevious(text, searchColours),
    endSearch() {
      search.clearDecorations();
      terminal.focus();
    },
    async copy() {
      if (!terminal.hasSelection()) return false;
      try {
        await navigator.clipboard.writeText(terminal.getSelection());
        return true;
      } catch {
        // Not there under plain http, or refused. xterm.js answers the browser's own command with its selection.
        terminal.focus();
        return document.execCommand('copy');
      }
    },
    async paste() {
      // Not there under plain http.
      const text = await navigator.clipboard?.readText().catch(() => undefined);
      if (text === undefined) return false;
      terminal.paste(text);
      return true;
    },
    dispose() {
      endScheme();
      terminal.dispose();
    },
  };
  terminal.attachCustomKeyEventHandler((event) => handleKey(event, view, options));
  return view;
}

/** Returns whether the terminal is to have the key. */
function handleKey(event: KeyboardEvent, view: XtermView, options: XtermOptions): boolean {
  const plainF6 = event.key === 'F6' && !event.shiftKey && !event.ctrlKey && !event.altKey && !event.metaKey;
  const letter = event.ctrlKey && event.shiftKey && !event.altKey ? event.code : undefined;
  if (!plainF6 && letter !== 'KeyC' && letter !== 'KeyF') return true;
  event.preventDefault();
  if (event.type !== 'keydown') return false;
  if (plainF6) options.onLeave();
  else if (letter === 'KeyF') options.onSearch();
  else void view.copy();
  return false;
}

/** Canvas drawing where the graphics card allows, else xterm's own elements. */
function loadWebgl(terminal: Terminal): void {
  try {
    const webgl = new WebglAddon();
    webgl.onContextLoss(() => webgl.dispose());
    terminal.loadAddon(webgl);
  } catch {
    // No WebGL 2 here.
  }
}

function openLink(uri: string): void {
  if (/^https?:/i.test(uri)) window.open(uri, '_blank', 'noopener,noreferrer');
}
