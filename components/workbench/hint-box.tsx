'use client';

import { useEffect, useRef, useState } from 'react';
import { pointsWord } from '../checks/verdict-words';
import { TextBlocks } from '../lesson/text-blocks';
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
  const latest = useRef<HTMLLIElement>(null);
  /** How many there were when the learner asked for one. */
  const askedAt = useRef<number>(undefined);
  // Its button may be gone: the focus goes to what was asked for, and so it is read out.
  useEffect(() => {
    if (askedAt.current === undefined || taken.length <= askedAt.current) return;
    askedAt.current = undefined;
    latest.current?.focus();
  }, [taken.length]);
  if (total === 0) return null;
  const take = () => {
    askedAt.current = taken.length;
    onTake();
  };
  const next = taken.length + 1;
  return (
    <div className="hints">
      {taken.length > 0 && (
        <ol className="hints-taken" aria-label="Hints">
          {taken.map((hint, at) => (
            <li key={hint} ref={at === taken.length - 1 ? latest : undefined} tabIndex={-1}>
              <Icon name="hint" />
              <div className="text-code min-w-0 grow">
                <TextBlocks text={hint} />
              </div>
            </li>
          ))}
        </ol>
      )}
      {nextCost !== null && (
        <button
          type="button"
          className="button button-small button-plain hint-button"
          disabled={!enabled}
          onClick={() => (nextCost > 0 ? setAsking(true) : take())}
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
        onConfirm={take}
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
