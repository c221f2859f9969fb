'use client';

/** The last resort: replaces the whole document, so it brings what little style it needs. */
export default function GlobalError({ reset }: { error: Error; reset: () => void }) {
  return (
    <html lang="en-GB" style={{ colorScheme: 'light dark' }}>
      <head>
        <title>Error · Podlab</title>
      </head>
      <body
        style={{
          fontFamily: 'system-ui, sans-serif',
          maxWidth: '36rem',
          margin: '15vh auto',
          padding: '0 1.5rem',
        }}
      >
        <h1>Podlab could not show this page</h1>
        <p>Nothing that was saved is lost. If it happens again, the server log says why.</p>
        <p>
          <button type="button" onClick={reset} style={{ font: 'inherit', padding: '0.6rem 1.2rem' }}>
            Try again
          </button>
        </p>
      </body>
    </html>
  );
}
