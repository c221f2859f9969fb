import type { ITheme } from '@xterm/xterm';

const names: Record<string, keyof ITheme> = {
  background: 'background',
  foreground: 'foreground',
  cursor: 'cursor',
  'cursor-text': 'cursorAccent',
  selection: 'selectionBackground',
  black: 'black',
  red: 'red',
  green: 'green',
  yellow: 'yellow',
  blue: 'blue',
  magenta: 'magenta',
  cyan: 'cyan',
  white: 'white',
  'bright-black': 'brightBlack',
  'bright-red': 'brightRed',
  'bright-green': 'brightGreen',
  'bright-yellow': 'brightYellow',
  'bright-blue': 'brightBlue',
  'bright-magenta': 'brightMagenta',
  'bright-cyan': 'brightCyan',
  'bright-white': 'brightWhite',
};

/** The theme that the CSS variables `--terminal-…` give at `element`, in whichever colour scheme holds there. */
export function readTheme(element: HTMLElement): ITheme {
  const probe = document.createElement('span');
  element.append(probe);
  const theme: Record<string, string> = {};
  // A variable's own value may still be light-dark(…): only a property that uses it is resolved.
  for (const [name, key] of Object.entries(names)) {
    probe.style.color = `var(--terminal-${name})`;
    theme[key] = getComputedStyle(probe).color;
  }
  probe.remove();
  return theme;
}

/** Calls `run` when the colour scheme changes, by the page's switch or the system. Returns the function that ends it. */
export function onSchemeChange(run: () => void): () => void {
  const dark = matchMedia('(prefers-color-scheme: dark)');
  const observer = new MutationObserver(run);
  observer.observe(document.documentElement, { attributes: true, attributeFilter: ['data-theme', 'class'] });
  dark.addEventListener('change', run);
  return () => {
    observer.disconnect();
    dark.removeEventListener('change', run);
  };
}
