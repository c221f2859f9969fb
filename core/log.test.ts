import { expect, test } from 'vitest';
import { createLog } from './log';

function logged(fields: Record<string, unknown>): Record<string, unknown> {
  const lines: string[] = [];
  createLog((line) => lines.push(line)).error('it-failed', fields);
  expect(lines).toHaveLength(1);
  return JSON.parse(lines[0] ?? '');
}

test('an error comes with its code, its stack and its causes', () => {
  const cause = Object.assign(new Error('no space'), { code: 'ENOSPC' });
  expect(logged({ error: new Error('not saved', { cause }) })).toMatchObject({
    level: 'error',
    event: 'it-failed',
    error: {
      message: 'not saved',
      stack: expect.any(String),
      cause: { message: 'no space', code: 'ENOSPC' },
    },
  });
});

test.each(['token', 'kubeconfig', 'databaseUrl', 'setCookie'])('a field called %s is hidden', (name) => {
  expect(logged({ [name]: 's3cret' })[name]).toBe('[hidden]');
});

const cycle: Record<string, unknown> = { name: 'a ring' };
cycle['self'] = cycle;
test.each([
  ['a cycle', { cycle }, 'a ring'],
  ['a bigint', { count: 7n }, '7n'],
  ['an error caused by one', { error: new Error('x', { cause: cycle }) }, 'a ring'],
])('%s costs no line', (_, fields, part) => {
  const entry = logged(fields);
  expect(entry).toMatchObject({ level: 'error', event: 'it-failed' });
  expect(JSON.stringify(entry)).toContain(part);
});
