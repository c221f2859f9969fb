import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { rewriteLinks, throughProxy } from './proxied-links';

const way = { prefix: '/api/v1/pods/web/proxy', target: '10.244.0.5:80', asked: 'localhost:8001' };

describe('a link that is seen through the proxy', () => {
  it.each([
    ['/login?next=/a', '/api/v1/pods/web/proxy/login?next=/a'],
    ['style.css', 'style.css'],
    ['#top', '#top'],
    ['mailto:a@example.com', 'mailto:a@example.com'],
    ['http://10.244.0.5:80/x', '/api/v1/pods/web/proxy/x'],
    ['http://localhost:8001/x', 'http://localhost:8001/api/v1/pods/web/proxy/x'],
    ['//example.com/x', '//example.com/x'],
    ['/api/v1/pods/web/proxy/there', '/api/v1/pods/web/proxy/there'],
  ])('%s becomes %s', (link, wanted) => {
    expect(throughProxy(link, way)).toBe(wanted);
  });
});

describe('a page that is seen through the proxy', () => {
  const p = way.prefix;
  const cases: [page: string, wanted: string][] = [
    ['<a href="/x">/x</a> <A HREF=/y>', `<a href="${p}/x">/x</a> <A HREF=${p}/y>`],
    [`<img alt="a > b" src='/i.png'>`, `<img alt="a > b" src='${p}/i.png'>`],
    ['1 < 2, <p title="/x">é</p>', '1 < 2, <p title="/x">é</p>'],
    ['<!-- <a href="/x"> --><br>', '<!-- <a href="/x"> --><br>'],
    [
      `<script src="/s.js">let a = '<a href="/x">';</script><a href="/z">`,
      `<script src="${p}/s.js">let a = '<a href="/x">';</script><a href="${p}/z">`,
    ],
    ['<a href="/never', '<a href="/never'],
  ];
  // However it arrives: whole, and byte by byte.
  it.each(
    cases.flatMap((each) => [[...each, 1e6] as const, [...each, 1] as const]),
  )('%s becomes %s, %i bytes at a time', async (page, wanted, size) => {
    const bytes = Buffer.from(page);
    const chunks = Array.from({ length: Math.ceil(bytes.length / size) }, (_, at) =>
      bytes.subarray(at * size, (at + 1) * size),
    );
    expect(await text(Readable.from(chunks).pipe(rewriteLinks(way)))).toBe(wanted);
  });

  it('with a tag that has no end is passed on as it is', async () => {
    const page = `<a href="/x"><b ${'<!-- '.repeat(60_000)}`;
    const chunks = [page.slice(0, 100_000), page.slice(100_000)].map((part) => Buffer.from(part));
    expect(await text(Readable.from(chunks).pipe(rewriteLinks(way)))).toBe(page.replace('"/x"', `"${p}/x"`));
  });
});
