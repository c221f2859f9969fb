import { describe, expect, it } from 'vitest';
import {
  addQuantities,
  canonicalQuantity,
  compareQuantities,
  formatQuantity,
  parseQuantity,
  quantityMilliValue,
  quantityValue,
} from './quantity';

describe('a quantity', () => {
  it.each([
    ['0.5', '500m'],
    ['1000m', '1'],
    [2, '2'],
    ['1.5', '1500m'],
    ['1024Mi', '1Gi'],
    ['1.5Gi', '1536Mi'],
    ['0.5Gi', '512Mi'],
    ['512', '512'],
    ['1000000', '1M'],
    ['1k', '1k'],
    ['1Ki', '1Ki'],
    ['0.5Ki', '512'],
    ['1e3', '1e3'],
    ['12E2', '1200'],
    ['5E', '5E'],
    ['-100m', '-100m'],
    ['0', '0'],
    ['0Mi', '0'],
    ['.5', '500m'],
    ['1.', '1'],
    ['0.0000000001', '1n'],
  ])('%s is printed as %s', (text, canonical) => {
    expect(canonicalQuantity(text)).toBe(canonical);
  });

  it.each(['', 'lots', '1 Gi', '100MB', '1.2.3', '10%', '--1'])('%j is none: bad form', (text) => {
    expect(() => parseQuantity(text)).toThrow('quantities must match the regular expression');
  });

  it.each(['1MM', '1ki', '3e'])('%j is none: bad suffix', (text) => {
    expect(() => parseQuantity(text)).toThrow("unable to parse quantity's suffix");
  });

  it('is compared by value, not by text', () => {
    expect(compareQuantities(parseQuantity('1Gi'), parseQuantity('1024Mi'))).toBe(0);
    expect(compareQuantities(parseQuantity('1G'), parseQuantity('1Gi'))).toBeLessThan(0);
    expect(compareQuantities(parseQuantity('1'), parseQuantity('999m'))).toBeGreaterThan(0);
  });

  it('adds up in the format of the first that is not zero', () => {
    const sum = addQuantities(addQuantities(parseQuantity('0'), parseQuantity('64Mi')), parseQuantity('1G'));
    expect(formatQuantity(sum)).toBe('1067108864');
    expect(formatQuantity(addQuantities(parseQuantity('900m'), parseQuantity('0.1')))).toBe('1');
  });

  it('is rounded up where whole units are asked for', () => {
    expect(quantityValue(parseQuantity('100m'))).toBe(1);
    expect(quantityValue(parseQuantity('64Mi'))).toBe(67_108_864);
    expect(quantityMilliValue(parseQuantity('0.0001'))).toBe(1);
  });
});
