'use client';

/** Something failed while a page was made. The cause is in the server log; a person needs a way on. */
export default function PageError({ reset }: { error: Error; reset: () => void }) {
  return (
    <div className="wrap py-20" role="alert">
      <h1 className="text-3xl">This page could not be made</h1>
      <p className="mt-4 max-w-[36rem] text-lg text-ink-soft">
        That is Podlab’s fault, not yours, and nothing that was saved is lost. If it happens again, the server
        log says why.
      </p>
      <p className="mt-8 flex flex-wrap gap-3">
        <button type="button" className="button button-primary" onClick={reset}>
          Try again
        </button>
        <a className="button" href="/">
          Home
        </a>
      </p>
    </div>
  );
}
