// @vitest-environment jsdom
import { expect, test, vi } from 'vitest';

test('elements come to life when the page has been read to its end, not while they have nothing in them', async () => {
  const state = vi.spyOn(document, 'readyState', 'get').mockReturnValue('loading');
  await import('./main');
  document.body.innerHTML = '<run-command></run-command>';
  const command = document.querySelector('run-command')!;
  command.innerHTML = '<pre>ls</pre><button data-action="copy" hidden></button>';
  expect(command.querySelector('button')?.hidden).toBe(true);

  state.mockRestore();
  document.dispatchEvent(new Event('DOMContentLoaded'));
  expect(command.querySelector('button')?.hidden).toBe(false);
});
