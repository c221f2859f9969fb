import { formatQuantity, roundUpToMilli, tryParseQuantity } from '../../schema/quantity';

/** Anything whose keys are resource names and whose values are quantities. */
export type Amounts = Record<string, string> | undefined;

/** Puts every amount into canonical text, rounded up to thousandths (core/v1 SetDefaults_ResourceList), in place. */
export function canonicalAmounts(amounts: Amounts): void {
  for (const [name, text] of Object.entries(amounts ?? {})) {
    const quantity = tryParseQuantity(text);
    if (amounts && quantity) amounts[name] = formatQuantity(roundUpToMilli(quantity));
  }
}

/** The canonical text of one quantity; what cannot be read stays as it is, for validation to name. */
export function canonicalAmount(text: string): string {
  const quantity = tryParseQuantity(text);
  return quantity ? formatQuantity(quantity) : text;
}
