// @vitest-environment jsdom
import { cleanup, render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, describe, expect, test } from 'vitest';
import type { CheckResult, Verdict } from '../../core/grading/verdict';
import { CheckRow } from './check-row';

afterEach(cleanup);

const result = (verdict: Verdict): CheckResult => ({
  task: 't',
  check: 'mounts',
  says: 'both mount `logs`',
  points: 2,
  costly: false,
  verdict,
  observed: [],
  tookMs: 1,
});

const failed: Verdict = {
  kind: 'failed',
  message: 'The shipper may write.',
  differences: [{ where: 'Pod web › container shipper', expected: 'readOnly: true', actual: 'nothing' }],
};

function show(verdict: Verdict | undefined, asked = false) {
  return render(
    <ul>
      <CheckRow says="both mount `logs`" points={2} result={verdict && result(verdict)} asked={asked} />
    </ul>,
  );
}

describe('every verdict has its word, not only its colour', () => {
  const cases: [string, Verdict | undefined, string][] = [
    ['before the first evaluation', undefined, 'Not checked'],
    ['passed', { kind: 'passed' }, 'Passed'],
    ['failed', failed, 'Not yet'],
    ['waiting', { kind: 'waiting', message: 'Pulling the image.' }, 'Waiting'],
    ['unavailable', { kind: 'unavailable', message: 'No answer.', retryInMs: 1 }, 'Could not check'],
  ];
  test.each(cases)('%s', (_, verdict, word) => {
    show(verdict);
    expect(screen.getByText(word)).toBeTruthy();
  });
});

test('a failed check keeps its explanation folded until it is asked for', async () => {
  show(failed);
  expect(screen.queryByText('The shipper may write.')).toBeNull();
  await userEvent.click(screen.getByRole('button', { name: 'Why?' }));
  expect(screen.getByText('The shipper may write.')).toBeTruthy();
});

test('after “check my work” it says what was expected, what is there, and where', () => {
  show(failed, true);
  expect(screen.getByText('Pod web › container shipper')).toBeTruthy();
  expect(screen.getByText('readOnly: true')).toBeTruthy();
  expect(screen.getByText('nothing')).toBeTruthy();
});

test('a difference is told once: not also as the sentence that is made of it', () => {
  const where = 'Pod web › container shipper';
  show({ ...failed, message: `${where}: expected readOnly: true, there is nothing.` }, true);
  expect(screen.getAllByText(new RegExp(where))).toHaveLength(1);
});

test('an explanation that was folded away stays so', async () => {
  show(failed, true);
  await userEvent.click(screen.getByRole('button', { name: 'Less' }));
  expect(screen.queryByText('The shipper may write.')).toBeNull();
});

test('a fault of Podlab’s is called that, unasked', () => {
  show({ kind: 'unavailable', message: 'The cluster’s API did not answer.', retryInMs: 1000 });
  expect(screen.getByText(/Podlab’s fault/)).toBeTruthy();
});
