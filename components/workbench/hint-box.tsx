'use client';

import { useState } from 'react';
import { pointsWord } from '../checks/verdict-words';
import { InlineCode } from '../lesson/inline-code';
import { Icon } from '../shell/icons';
import { ConfirmDialog } from './confirm-dialog';

interface Props {
  taskTitle: string;
  total: number;
  taken: readonly string[];
  /** null: no more hints. */
  nextCost: number | null;
  /** Hints can be asked for only while the lab runs. */
  enabled: boolean;
  onTake(): void;
}

/** Hints shown so far, and the next one: its cost is asked before it is taken. */
export function HintBox({ taskTitle, total, taken, nextCost, enabled, onTake }: Props) {
  const [asking, setAsking] = useState(false);
  if (total === 0) return null;
  const next = taken.length + 1;
  return (
    <div className="hints">
      {taken.length > 0 && (
        <ol className="hints-taken" aria-label="Hints">
          {taken.map((hint) => (
            <li key={hint}>
              <Icon name="hint" />
              <span>
                <InlineCode text={hint} />
              </span>
            </li>
          ))}
        </ol>
      )}
      {nextCost !== null && (
        <button
          type="button"
          className="button button-small button-plain hint-button"
          disabled={!enabled}
          onClick={() => (nextCost > 0 ? setAsking(true) : onTake())}
        >
          <Icon name="hint" />
          {`Hint ${next} of ${total}`}
          <span className="text-ink-soft">{nextCost > 0 ? `costs ${pointsWord(nextCost)}` : 'free'}</span>
        </button>
      )}
      <ConfirmDialog
        open={asking}
        title={`Show hint ${next} of ${total}?`}
        confirm={`Show it for ${pointsWord(nextCost ?? 0)}`}
        onConfirm={onTake}
        onClose={() => setAsking(false)}
      >
        <p>
          It takes {pointsWord(nextCost ?? 0)} off what you can earn for “{taskTitle}”. The hint stays with
          you for this attempt.
        </p>
      </ConfirmDialog>
    </div>
  );
}
