// @vitest-environment jsdom
import { cleanup, render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { useState } from 'react';
import { afterEach, beforeAll, expect, test } from 'vitest';
import { HintBox } from './hint-box';

// jsdom has the dialog element, but not its methods.
beforeAll(() => {
  HTMLDialogElement.prototype.showModal = function () {
    this.open = true;
  };
  HTMLDialogElement.prototype.close = function () {
    this.open = false;
  };
});
afterEach(cleanup);

function show(nextCost: number | null, taken: string[] = []) {
  let asked = 0;
  render(
    <HintBox
      taskTitle="Ship"
      total={2}
      taken={taken}
      nextCost={nextCost}
      enabled
      onTake={() => {
        asked++;
      }}
    />,
  );
  return () => asked;
}

test('a free hint comes at once', async () => {
  const asked = show(0);
  await userEvent.click(screen.getByRole('button', { name: /Hint 1 of 2.*free/ }));
  expect(asked()).toBe(1);
});

test('a hint that costs is asked for first, and taking no is an answer', async () => {
  const asked = show(2, ['First hint']);
  await userEvent.click(screen.getByRole('button', { name: /Hint 2 of 2.*costs 2 points/ }));
  expect(screen.getByRole('dialog').textContent).toContain('takes 2 points off');
  await userEvent.click(screen.getByRole('button', { name: 'Cancel' }));
  expect(asked()).toBe(0);
  await userEvent.click(screen.getByRole('button', { name: /Hint 2 of 2/ }));
  await userEvent.click(screen.getByRole('button', { name: 'Show it for 2 points' }));
  expect(asked()).toBe(1);
});

test('a hint that was asked for takes the focus, and so is read out; one that was there before does not', async () => {
  function Box() {
    const [taken, setTaken] = useState<string[]>([]);
    const take = () => setTaken(['Use `emptyDir`.']);
    return (
      <HintBox
        taskTitle="Ship"
        total={1}
        taken={taken}
        nextCost={taken.length ? null : 0}
        enabled
        onTake={take}
      />
    );
  }
  render(<Box />);
  expect(document.activeElement).toBe(document.body);
  await userEvent.click(screen.getByRole('button', { name: /Hint 1 of 1/ }));
  expect(document.activeElement?.textContent).toBe('Use emptyDir.');
  cleanup();
  show(null, ['One', 'Two']);
  expect(document.activeElement).toBe(document.body);
});

test('a hint in Markdown keeps the lines of its code', () => {
  show(null, ['A variable:\n\n```yaml\nenv:\n  - name: A\n```\n\nand `apply` it.']);
  const item = screen.getByRole('listitem');
  expect(item.querySelector('pre')?.textContent).toBe('env:\n  - name: A');
  expect([...item.querySelectorAll('p')].map((p) => p.textContent)).toEqual(['A variable:', 'and apply it.']);
});

test('when all are taken there is nothing to press', () => {
  show(null, ['One', 'Two']);
  expect(screen.getAllByRole('listitem')).toHaveLength(2);
  expect(screen.queryByRole('button', { name: /Hint/ })).toBeNull();
});
