import { type Scope, setting } from './config';

const units: Record<string, number> = {
  '': 1_000,
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
  M: 2_592_000_000,
  y: 31_536_000_000,
};

/** Milliseconds of a time such as `30`, `1h 30m`, `500ms`; undefined when it is none (ngx_parse_time). */
export function milliseconds(text: string): number | undefined {
  if (!/^\s*(\d+\s*(ms|[smhdwMy])?\s*)+$/.test(text)) return undefined;
  let total = 0;
  for (const [, amount = '0', unit = ''] of text.matchAll(/(\d+)\s*(ms|[smhdwMy])?/g))
    total += Number(amount) * (units[unit] ?? 0);
  return total;
}

/** What a directive of the scope says, in milliseconds. */
export function timeOf(scope: Scope, name: string, otherwise: number): number {
  return milliseconds(setting(scope, name)?.args[0] ?? '') ?? otherwise;
}
