import { bounded } from './bounded';
import type { TextMatch } from './check-schema';

const patternLimitMs = 100;

/**
 * What is wrong with a text, as the end of a sentence (`does not contain "x"`); undefined when it is right. Throws
 * TookTooLong when a pattern backtracks without end.
 */
export function textProblem(match: TextMatch, text: string, reveal: boolean): string | undefined {
  const { contains, lacks, equals, matches } =
    typeof match === 'string' ? ({ contains: match } as Exclude<TextMatch, string>) : match;
  for (const part of [contains ?? []].flat())
    if (!text.includes(part))
      return reveal ? `does not contain "${part}"` : 'does not contain what is looked for';
  for (const part of [lacks ?? []].flat())
    if (text.includes(part)) return reveal ? `contains "${part}"` : 'contains what should not be there';
  if (equals !== undefined && text.trim() !== equals.trim())
    return reveal ? `is not "${equals.trim()}"` : 'is not what it should be';
  if (matches !== undefined && !bounded(() => new RegExp(matches, 'mu').test(text), patternLimitMs))
    return reveal ? `does not match ${matches}` : 'does not match what is looked for';
  return undefined;
}
