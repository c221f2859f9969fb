import { hostname } from 'node:os';
import { describe, expect, it } from 'vitest';
import { createGuard } from './guard-requests';

const local = createGuard({ host: '127.0.0.1', loopback: true, publicUrl: undefined });
const classroom = createGuard({
  host: '0.0.0.0',
  loopback: false,
  publicUrl: 'https://podlab.school.example',
});

describe('the Host header', () => {
  it.each([
    '127.0.0.1:3000',
    'localhost',
    'LOCALHOST:8080',
    '[::1]:3000',
    '127.0.0.9',
  ])('may be %s', (host) => {
    expect(() => local.checkHost({ host })).not.toThrow();
  });

  it.each([
    undefined,
    '',
    'rebound.example',
    'rebound.example:3000',
    '192.168.1.5:3000',
    'localhost.example',
    'a b',
  ])('may not be %s', (host) => {
    expect(() => local.checkHost({ host })).toThrow(
      expect.objectContaining({ code: 'foreign-host', status: 421 }),
    );
  });

  it.each([
    'podlab.school.example',
    '192.168.1.5:3000',
    '[fe80::1]:3000',
    'localhost:3000',
    hostname().toLowerCase(),
  ])('may be %s in a classroom', (host) => {
    expect(() => classroom.checkHost({ host })).not.toThrow();
  });

  it.each(['rebound.example', 'school.example'])('may not be %s in a classroom either', (host) => {
    expect(() => classroom.checkHost({ host })).toThrow();
  });
});

const host = '127.0.0.1:3000';

describe('a request that changes something', () => {
  it.each([
    [{ host, origin: 'http://127.0.0.1:3000', 'sec-fetch-site': 'same-origin' }],
    // Not a browser: it carries no cookie that it was not told to.
    [{ host }],
    [{ host, 'sec-fetch-site': 'none' }],
  ])('may come with %j', (headers) => {
    expect(() => local.checkWrite(headers)).not.toThrow();
  });

  it('may come from the public address, whatever the proxy names the host', () => {
    expect(() => classroom.checkWrite({ host, origin: 'https://podlab.school.example' })).not.toThrow();
  });

  it.each([
    [{ host, origin: 'http://evil.example' }, 403],
    [{ host, origin: 'null' }, 403],
    [{ host, origin: 'http://127.0.0.1:4000' }, 403],
    [{ host, 'sec-fetch-site': 'cross-site' }, 403],
    [{ host, 'sec-fetch-site': 'same-site' }, 403],
    [{ host, 'transfer-encoding': 'chunked' }, 411],
    [{ host, 'content-length': '2000000' }, 413],
  ])('is refused with %j', (headers, status) => {
    expect(() => local.checkWrite(headers)).toThrow(expect.objectContaining({ status }));
  });
});

describe('a WebSocket', () => {
  it('needs the origin of this server', () => {
    expect(() => local.checkUpgrade({ host, origin: 'http://127.0.0.1:3000' })).not.toThrow();
    for (const origin of [undefined, 'null', 'http://evil.example'])
      expect(() => local.checkUpgrade({ host, origin })).toThrow(
        expect.objectContaining({ code: 'foreign-origin' }),
      );
  });
});
