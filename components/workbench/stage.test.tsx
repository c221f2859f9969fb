// @vitest-environment jsdom
import { cleanup, render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { StartFailed } from './stage';

beforeEach(() => {
  // The list of clusters is asked of a server that is not there.
  vi.stubGlobal('fetch', () => Promise.reject(new Error('no server')));
});
afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

function show(code: string) {
  const asked: string[] = [];
  const error = { code, message: 'The thread ended.', remedy: 'Try again: it is taken up.' };
  const start = (how: string) => async (cluster?: string) => {
    asked.push(`${how} ${cluster ?? 'where it was'}`);
    return true;
  };
  render(
    <StartFailed
      error={error}
      problem={null}
      onStart={start('again')}
      onStartAnew={() => start('anew')(undefined)}
    />,
  );
  return asked;
}

describe('a lab that failed', () => {
  test.each([
    ['cluster-lost', 'The lab has lost its cluster'],
    ['cluster-unavailable', 'The lab could not be started'],
  ])('with %s says what happened and what to do', (code, title) => {
    show(code);
    expect(screen.getByRole('heading', { name: title })).toBeDefined();
    expect(screen.getAllByRole('alert')[0]?.textContent).toBe('The thread ended. Try again: it is taken up.');
  });

  test('is taken up as it was kept, or started anew, as the learner chooses', async () => {
    const asked = show('cluster-lost');
    await userEvent.click(screen.getByRole('button', { name: 'Try again' }));
    await userEvent.click(screen.getByRole('button', { name: 'Start anew' }));
    expect(asked).toEqual(['again where it was', 'anew where it was']);
  });
});
