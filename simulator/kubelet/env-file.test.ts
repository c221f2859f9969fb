import { describe, expect, it } from 'vitest';
import { valueInEnvFile } from './env-file';

describe('an env file', () => {
  const text = "# made by init\n\nA='1'\n  # and\nB='two words' # kept\nC='x\ny'\nD=''\n";
  it.each([
    ['A', '1'],
    ['B', 'two words'],
    ['C', 'x\ny'],
    ['D', ''],
    ['E', undefined],
  ])('has %s', (key, value) => {
    expect(valueInEnvFile(text, key)).toBe(value);
  });

  it.each(['A=1', 'A="1"', "A = '1'", "A='1", "='1'", 'export A'])('%s cannot be read', (line) => {
    expect(() => valueInEnvFile(`${line}\n`, 'A')).toThrow(SyntaxError);
  });
});
