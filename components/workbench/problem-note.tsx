import { InlineCode } from '../lesson/inline-code';
import { Icon } from '../shell/icons';
import type { Problem } from './session-state';

/** What went wrong and what to do about it. */
export function ProblemNote({ problem, onDismiss }: { problem: Problem; onDismiss?: () => void }) {
  return (
    <div className="problem" role="alert">
      <Icon name="unavailable" className="mt-1" />
      <p className="grow">
        <strong>
          <InlineCode text={problem.message} />
        </strong>{' '}
        <InlineCode text={problem.remedy} />
      </p>
      {onDismiss && (
        <button type="button" className="button button-small" onClick={onDismiss}>
          Close
        </button>
      )}
    </div>
  );
}
