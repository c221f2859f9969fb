import type { Metadata } from 'next';
import { SiteHeader } from '../components/shell/site-header';

export const metadata: Metadata = { title: 'Not found' };

export default function NotFound() {
  return (
    <>
      <SiteHeader />
      <main id="main" className="wrap py-20">
        <p className="eyebrow">Error from server (NotFound)</p>
        <h1 className="mt-3 text-3xl">There is no page at this address</h1>
        <p className="mt-4 max-w-[36rem] text-lg text-ink-soft">
          The lesson or lab may have been renamed. All of them are listed on the home page.
        </p>
        <p className="mt-8 flex flex-wrap gap-3">
          <a className="button button-primary" href="/">
            Home
          </a>
          <a className="button" href="/progress">
            Your progress
          </a>
        </p>
      </main>
    </>
  );
}
