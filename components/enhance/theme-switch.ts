/** Light, dark, or as the system says; remembered in this browser. The choice is applied before paint by the layout. */
export type Theme = 'system' | 'light' | 'dark';

const next: Record<Theme, Theme> = { system: 'light', light: 'dark', dark: 'system' };
const words: Record<Theme, string> = {
  system: 'Colours: as the system says',
  light: 'Colours: light',
  dark: 'Colours: dark',
};

export class ThemeSwitch extends HTMLElement {
  connectedCallback(): void {
    const button = this.querySelector('button');
    if (!button) return;
    this.show(button);
    button.onclick = () => {
      const theme = next[current()];
      if (theme === 'system') delete document.documentElement.dataset['theme'];
      else document.documentElement.dataset['theme'] = theme;
      try {
        if (theme === 'system') localStorage.removeItem('podlab-theme');
        else localStorage.setItem('podlab-theme', theme);
      } catch {
        // Private windows may refuse storage; the choice then lasts for this page.
      }
      this.show(button);
    };
  }

  private show(button: HTMLButtonElement): void {
    button.setAttribute('aria-label', `${words[current()]}. Change`);
    button.title = words[current()];
    button.dataset['theme'] = current();
  }
}

function current(): Theme {
  const theme = document.documentElement.dataset['theme'];
  return theme === 'light' || theme === 'dark' ? theme : 'system';
}
