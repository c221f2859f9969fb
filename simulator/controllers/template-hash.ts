const ALPHABET = 'bcdfghjklmnpqrstvwxz2456789';

/** A short name for a Pod template, the same for equal ones (controller ComputeHash: FNV-32a, SafeEncodeString). */
export function templateHash(template: unknown, collisions = 0): string {
  const text = JSON.stringify(withSortedKeys(template)) + (collisions > 0 ? String(collisions) : '');
  let hash = 0x811c9dc5;
  for (const byte of Buffer.from(text)) {
    hash ^= byte;
    hash = Math.imul(hash, 0x01000193) >>> 0;
  }
  return [...String(hash)].map((digit) => ALPHABET[digit.charCodeAt(0) % ALPHABET.length]).join('');
}

/** A copy whose objects have their keys in order, as Go writes maps; without undefined ones. */
export function withSortedKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withSortedKeys);
  if (!value || typeof value !== 'object') return value;
  const entries = Object.entries(value).filter(([, each]) => each !== undefined);
  return Object.fromEntries(
    entries
      .sort(([left], [right]) => (left < right ? -1 : 1))
      .map(([key, each]) => [key, withSortedKeys(each)]),
  );
}

/** Whether two templates are the same but for the label that their own hash makes (util.EqualIgnoreHash). */
export function equalTemplates(left: unknown, right: unknown, hashLabel = 'pod-template-hash'): boolean {
  return (
    JSON.stringify(withSortedKeys(withoutLabel(left, hashLabel))) ===
    JSON.stringify(withSortedKeys(withoutLabel(right, hashLabel)))
  );
}

function withoutLabel(template: unknown, label: string): unknown {
  const copy = structuredClone(template ?? {}) as { metadata?: { labels?: Record<string, string> } };
  if (copy.metadata?.labels) delete copy.metadata.labels[label];
  return copy;
}
