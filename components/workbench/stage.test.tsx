// @vitest-environment jsdom
import { cleanup, render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { StartFailed } from './stage';
import { StartLab } from './start-lab';

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
      cluster="kind"
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

  test('can move from a cluster that is gone, though another is preferred by then', async () => {
    const gone = { available: false, reason: 'Docker does not answer.', remedy: 'Start it.' };
    const there = { available: true, detail: '' };
    const clusters = {
      preferred: 'embedded',
      availability: { embedded: there, kind: gone, kubeconfig: gone },
      isolation: { kind: 'none', sentence: '' },
    };
    vi.stubGlobal('fetch', async () => Response.json(clusters));
    const asked = show('cluster-lost');
    const embedded = await screen.findByRole('radio', { name: /Embedded/ });
    expect(screen.getByRole('radio', { name: /^kind/ })).toHaveProperty('checked', true);
    await userEvent.click(embedded);
    await userEvent.click(screen.getByRole('button', { name: 'Try again' }));
    expect(asked).toEqual(['again embedded']);
  });
});

test('which clusters there are is asked until the server answers', async () => {
  render(<StartLab problem={null} onStart={async () => true} />);
  expect((await screen.findByRole('alert')).textContent).toContain('The Podlab server does not answer.');
  const not = { available: false, reason: 'Not here.', remedy: '' };
  const availability = { embedded: { available: true }, kind: not, kubeconfig: not };
  const isolation = { kind: 'none', sentence: 'Not shut in.' };
  vi.stubGlobal('fetch', async () => Response.json({ preferred: 'embedded', availability, isolation }));
  const embedded = await screen.findByRole('radio', { name: /Embedded cluster/ }, { timeout: 30_000 });
  expect((embedded as HTMLInputElement).checked).toBe(true);
  expect(screen.queryByRole('alert')).toBeNull();
}, 60_000);
