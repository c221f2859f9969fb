import { Logo } from './logo';
import { ThemeSwitch } from './theme-switch';

export function SiteHeader() {
  return (
    <header className="no-print border-b border-line bg-paper">
      <div className="wrap flex min-h-15 items-center gap-2 py-2">
        <a
          href="/"
          className="mr-auto flex items-center gap-2.5 rounded py-1 text-xl font-bold tracking-tight"
        >
          <Logo />
          <span className="max-[25rem]:sr-only">Podlab</span>
        </a>
        <nav aria-label="Main" className="flex items-center">
          <a className="button button-plain max-sm:px-2.5" href="/#courses">
            Courses
          </a>
          <a className="button button-plain max-sm:px-2.5" href="/progress">
            Progress
          </a>
        </nav>
        <ThemeSwitch />
      </div>
    </header>
  );
}
