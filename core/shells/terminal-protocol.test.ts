import { describe, expect, it } from 'vitest';
import {
  cleanTitle,
  parseClientMessage,
  parseServerMessage,
  parseTerminalPath,
  type ServerMessage,
  terminalPath,
} from './terminal-protocol';

describe('frames from a browser', () => {
  it.each([
    [{ type: 'resize', columns: 80, rows: 24 }],
    [{ type: 'ack', bytes: 1 }],
    [{ type: 'ping' }],
    [{ type: 'rename', title: 'logs' }],
  ])('takes %j', (message) => {
    expect(parseClientMessage(JSON.stringify(message))).toEqual({ ok: true, message });
  });

  it.each([
    ['not JSON', 1007],
    ['{"type":"resize"', 1007],
    ['[]', 1002],
    ['null', 1002],
    ['"resize"', 1002],
    ['{}', 1003],
    ['{"type":"reboot"}', 1003],
    ['{"type":"constructor"}', 1003],
    ['{"type":"resize","columns":0,"rows":24}', 1008],
    ['{"type":"resize","columns":80}', 1008],
    ['{"type":"resize","columns":80.5,"rows":24}', 1008],
    ['{"type":"resize","columns":1e9,"rows":24}', 1008],
    ['{"type":"ack","bytes":-1}', 1008],
    ['{"type":"rename","title":"\\u0007 "}', 1008],
    ['{"type":"rename","title":7}', 1008],
    [JSON.stringify({ type: 'rename', title: 'x'.repeat(5000) }), 1008],
  ])('refuses %s with %i and a sentence', (text, closeCode) => {
    const parsed = parseClientMessage(text);
    expect(parsed).toMatchObject({ ok: false, error: { closeCode } });
    expect(!parsed.ok && parsed.error.sentence).toMatch(/^[A-Z].{10,100}\.$/);
  });
});

describe('frames from the server', () => {
  it.each<ServerMessage>([
    { type: 'screen', columns: 80, rows: 24, bytes: 100 },
    { type: 'accepted', bytes: 5 },
    { type: 'pong' },
    { type: 'exited', exitCode: 0, reason: 'The shell ended.' },
    { type: 'error', code: 'x', message: 'y', remedy: 'z' },
  ])('takes %j', (message) => {
    expect(parseServerMessage(JSON.stringify(message))).toEqual({ ok: true, message });
  });

  it.each(['{"type":"toString"}', '{"type":"exited"}', '{"type":"pang"}', 'x'])('refuses %s', (text) => {
    expect(parseServerMessage(text).ok).toBe(false);
  });
});

it('keeps a title short and printable', () => {
  expect(cleanTitle('  a\u001b[31mb\u0000 ')).toBe('a[31mb');
  expect(cleanTitle('é'.repeat(50))).toBe('é'.repeat(40));
  expect(cleanTitle('🐳'.repeat(50))).toBe('🐳'.repeat(40));
});

it('reads back the path of a terminal, and no other', () => {
  expect(parseTerminalPath(terminalPath('s-1', 'sh_2'))).toEqual({ sessionId: 's-1', shellId: 'sh_2' });
  for (const path of [
    '/ws',
    '/ws/sessions/a/terminals/',
    '/ws/sessions/../terminals/b',
    '/ws/sessions/a/terminals/b/c',
  ])
    expect(parseTerminalPath(path)).toBeUndefined();
});
