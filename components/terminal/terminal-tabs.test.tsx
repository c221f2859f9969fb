// @vitest-environment jsdom
import { cleanup, render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { useState } from 'react';
import { afterEach, beforeAll, expect, test } from 'vitest';
import { TerminalTabs } from './terminal-tabs';

// jsdom lacks it; these ids need no escapes.
beforeAll(() => {
  globalThis.CSS ??= { escape: (id: string) => id } as typeof CSS;
});
afterEach(cleanup);

/** Tabs that are renamed and closed as the terminals do it: closing takes a while. */
function Tabs() {
  const [shells, setShells] = useState([
    { id: 'a', title: 'one' },
    { id: 'b', title: 'two' },
  ]);
  const [chosen, setChosen] = useState('b');
  const [busy, setBusy] = useState(false);
  const active = shells.some(({ id }) => id === chosen) ? chosen : shells[0]?.id;
  return (
    <TerminalTabs
      shells={shells}
      active={active}
      states={{}}
      busy={busy}
      onChoose={setChosen}
      onAdd={() => {}}
      onClose={async (id) => {
        setBusy(true);
        await Promise.resolve();
        setShells((before) => before.filter((shell) => shell.id !== id));
        setBusy(false);
      }}
      onRename={(id, title) =>
        setShells((before) => before.map((shell) => (shell.id === id ? { id, title } : shell)))
      }
    />
  );
}

const tab = (name: string) => screen.findByRole('tab', { name });

test.each([
  ['Enter', 'logs'],
  ['Escape', 'two'],
])('a name that was typed, ended by %s, gives the focus back to its tab', async (key, name) => {
  render(<Tabs />);
  (await tab('two')).focus();
  await userEvent.keyboard(`{F2}logs{${key}}`);
  expect(document.activeElement).toBe(await tab(name));
});

test('a tab that was closed by keyboard gives the focus to the one that is left', async () => {
  render(<Tabs />);
  (await tab('two')).focus();
  await userEvent.keyboard('{Delete}');
  await expect.poll(() => screen.queryByRole('tab', { name: 'two' })).toBeNull();
  expect(document.activeElement).toBe(await tab('one'));
});

test('a name that was left by pointer does not pull the focus back', async () => {
  render(<Tabs />);
  await userEvent.dblClick(await tab('two'));
  await userEvent.click(screen.getByRole('button', { name: 'Open another terminal' }));
  expect(document.activeElement).toBe(screen.getByRole('button', { name: 'Open another terminal' }));
});
