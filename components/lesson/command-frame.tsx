import type { ReactNode } from 'react';

/**
 * Frame around a command: the element `run-command` (../enhance) brings its buttons to life, copying always and
 * running where a lab of the learner's is open. Without JavaScript the command is still there to be selected.
 */
export function CommandFrame({ labs, children }: { labs: readonly string[]; children?: ReactNode }) {
  return (
    <run-command class="command" data-labs={labs.join(' ')}>
      {children}
      <div className="command-bar no-print">
        <button
          type="button"
          className="button button-small"
          data-action="copy"
          hidden
          suppressHydrationWarning
        >
          Copy
        </button>
        <button
          type="button"
          className="button button-small button-primary"
          data-action="run"
          hidden
          suppressHydrationWarning
        >
          Run in my terminal
        </button>
        <span className="command-said" role="status" data-said="" suppressHydrationWarning />
      </div>
    </run-command>
  );
}
