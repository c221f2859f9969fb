import type { FieldError } from '../extension-points';
import { invalid, invalids, notSupported, required } from './field-error';
import { percent, portName, portNumber } from './names';

/** An error when a number is there and below zero. */
export function nonNegative(value: number | undefined, path: string): FieldError[] {
  return value !== undefined && value < 0 ? [invalid(path, value, 'must be greater than or equal to 0')] : [];
}

/** An error when a number is not above zero. */
export function positive(value: number, path: string): FieldError[] {
  return value <= 0 ? [invalid(path, value, 'must be greater than zero')] : [];
}

/** Required, and one of `supported` (listed in that order). */
export function oneOf(value: string | undefined, supported: readonly string[], path: string): FieldError[] {
  if (!value) return [required(path)];
  return supported.includes(value) ? [] : [notSupported(path, value, supported)];
}

/** One of `supported` when there is a value. */
export function optionallyOneOf(
  value: string | undefined,
  supported: readonly string[],
  path: string,
): FieldError[] {
  return value === undefined || supported.includes(value) ? [] : [notSupported(path, value, supported)];
}

/** A port by number or by name (IntOrString). */
export function validatePort(port: number | string | undefined, path: string): FieldError[] {
  if (typeof port === 'string') return invalids(path, port, portName(port));
  return invalids(path, port ?? 0, portNumber(port ?? 0));
}

/** A count or a percentage of Pods (IntOrString). */
export function validateCountOrPercent(value: number | string, path: string): FieldError[] {
  return typeof value === 'string' ? invalids(path, value, percent(value)) : nonNegative(value, path);
}

/** Whether a count or percentage comes to nothing. */
export function isZero(value: number | string | undefined): boolean {
  return value === undefined || Number.parseInt(String(value), 10) === 0;
}

/** A percentage beyond the whole (apps/validation IsNotMoreThan100Percent). */
export function notOverAHundred(value: number | string, path: string): FieldError[] {
  const part = typeof value === 'string' ? /^([0-9]+)%$/.exec(value)?.[1] : undefined;
  return part !== undefined && Number(part) > 100
    ? [invalid(path, value, 'must not be greater than 100%')]
    : [];
}
