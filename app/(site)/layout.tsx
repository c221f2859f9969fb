import type { ReactNode } from 'react';
import { SiteHeader } from '../../components/shell/site-header';

export default function SiteLayout({ children }: { children: ReactNode }) {
  return (
    <div className="flex min-h-dvh flex-col">
      <a className="skip-link" href="#main">
        Skip to the content
      </a>
      <SiteHeader />
      <main id="main" className="flex-1" tabIndex={-1}>
        {children}
      </main>
      <footer className="no-print mt-20 border-t border-line">
        <div className="wrap flex flex-wrap gap-x-8 gap-y-2 py-8 text-sm text-ink-soft">
          <p>Podlab runs on this server alone. Nothing you do here leaves it.</p>
          <p className="sm:ml-auto">Apache-2.0</p>
        </div>
      </footer>
    </div>
  );
}
