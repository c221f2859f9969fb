'use client';

import { useId, useState } from 'react';
import type { CheckResult, Difference, Verdict } from '../../core/grading/verdict';
import { InlineCode } from '../lesson/inline-code';
import { Icon } from '../shell/icons';
import { pointsWord, stateOf, verdictWords } from './verdict-words';

interface Props {
  says: string;
  points: number;
  result: CheckResult | undefined;
  /** The learner has asked for a verdict: explanations unfold by themselves. */
  asked: boolean;
}

/** One check: what must be true, whether it is, and if not, what was expected, what is there, and where. */
export function CheckRow({ says, points, result, asked }: Props) {
  const [chosen, setChosen] = useState<boolean | null>(null);
  const state = stateOf(result);
  const saysId = useId();
  const verdict = result?.verdict;
  const explained = verdict && verdict.kind !== 'passed' ? verdict : undefined;
  const unfolded = explained !== undefined && (chosen ?? (asked || explained.kind === 'unavailable'));

  return (
    <li className="check" data-verdict={state} data-check={result?.check} data-asked={asked ? '' : undefined}>
      <span className="check-icon">
        <Icon name={state === 'failed' && !asked ? 'open' : state} />
      </span>
      <div className="min-w-0 grow">
        <p className="check-says" id={saysId}>
          <InlineCode text={sentence(result?.says ?? says)} />
        </p>
        <p className="check-meta">
          <strong className="check-word">{verdictWords[state]}</strong>
          {points > 0 && <span>{pointsWord(points)}</span>}
          {explained && (
            <button
              type="button"
              className="check-why"
              aria-expanded={unfolded}
              aria-describedby={saysId}
              onClick={() => setChosen(!unfolded)}
            >
              {unfolded ? 'Less' : 'Why?'}
            </button>
          )}
        </p>
        {explained && unfolded && (
          <div className="check-explained">
            {!isToldBelow(explained) && (
              <p>
                {explained.kind === 'unavailable' && 'This is Podlab’s fault and costs you nothing. '}
                <InlineCode text={explained.message} />
              </p>
            )}
            {explained.kind === 'failed' && explained.differences.length > 0 && (
              <Differences differences={explained.differences} />
            )}
          </div>
        )}
      </div>
    </li>
  );
}

/** A message that no author wrote is the first difference in a sentence. */
function isToldBelow(verdict: Verdict): boolean {
  if (verdict.kind !== 'failed') return false;
  const [first] = verdict.differences;
  return (
    first !== undefined &&
    [': ', ' is not right: '].some((and) => verdict.message.startsWith(first.where + and))
  );
}

function Differences({ differences }: { differences: readonly Difference[] }) {
  return (
    <ul className="differences">
      {differences.map((difference) => (
        <li key={`${difference.where} ${difference.expected} ${difference.actual}`}>
          <p className="difference-where">{difference.where}</p>
          <dl>
            {difference.expected !== undefined && (
              <div>
                <dt>expected</dt>
                <dd>{difference.expected}</dd>
              </div>
            )}
            <div>
              <dt>found</dt>
              <dd>{difference.actual}</dd>
            </div>
          </dl>
        </li>
      ))}
    </ul>
  );
}

function sentence(says: string): string {
  return says.charAt(0).toUpperCase() + says.slice(1);
}
