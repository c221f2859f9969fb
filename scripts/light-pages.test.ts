import { expect, test } from 'vitest';
import { lighten } from './light-pages.mjs';

const page = `<!DOCTYPE html><html><head><link rel="stylesheet" href="/_next/static/a.css"/><link rel="preload" as="script" fetchPriority="low" href="/_next/static/b.js"/><script src="/_next/static/c.js" async=""></script><script data-podlab="">var theme</script><script data-podlab="" type="module" src="/enhance.js" async=""></script></head><body><h1>Text</h1><script src="/_next/static/b.js" id="_R_" async=""></script><script>(self.__next_f=self.__next_f||[]).push([0])</script><script>self.__next_f.push([1,"x"])</script></body></html>`;

test('the framework’s scripts go, the style sheet, the text and our own scripts stay', () => {
  expect(lighten(page)).toBe(
    '<!DOCTYPE html><html><head><link rel="stylesheet" href="/_next/static/a.css"/><script data-podlab="">var theme</script><script data-podlab="" type="module" src="/enhance.js" async=""></script></head><body><h1>Text</h1></body></html>',
  );
});

test('an inline script that nobody knows stops the build instead of being lost', () => {
  expect(() => lighten('<script>surprise()</script>')).toThrow('unknown origin');
});
