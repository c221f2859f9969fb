/** One condition of a label selector (Kubernetes' LabelSelectorRequirement). */
export interface Requirement {
  key: string;
  operator: 'In' | 'NotIn' | 'Exists' | 'DoesNotExist';
  values: string[];
}

/** Parses kubectl's selector syntax: `a=b,c!=d,e in (f,g),h notin (i),j,!k`. Throws Error naming the part. */
export function parseSelector(text: string): Requirement[] {
  return text
    .split(/,(?![^(]*\))/)
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .map(requirement);
}

function requirement(part: string): Requirement {
  const set = /^([^\s!=(),]+)\s+(in|notin)\s+\(([^)]*)\)$/.exec(part);
  if (set?.[1] && set[2] && set[3] !== undefined)
    return {
      key: set[1],
      operator: set[2] === 'in' ? 'In' : 'NotIn',
      values: set[3].split(',').map((value) => value.trim()),
    };
  const equality = /^([^\s!=(),]+)\s*(==|=|!=)\s*([^\s!=(),]*)$/.exec(part);
  if (equality?.[1] && equality[3] !== undefined)
    return { key: equality[1], operator: equality[2] === '!=' ? 'NotIn' : 'In', values: [equality[3]] };
  const presence = /^(!?)\s*([^\s!=(),]+)$/.exec(part);
  if (presence?.[2])
    return { key: presence[2], operator: presence[1] ? 'DoesNotExist' : 'Exists', values: [] };
  throw new Error(`"${part}" is not a label selector`);
}

/** Kubernetes' rule: a label that is absent satisfies NotIn. */
export function selects(requirements: readonly Requirement[], labels: Record<string, string>): boolean {
  return requirements.every(({ key, operator, values }) => {
    const value = Object.hasOwn(labels, key) ? labels[key] : undefined;
    if (operator === 'Exists') return value !== undefined;
    if (operator === 'DoesNotExist') return value === undefined;
    const listed = value !== undefined && values.includes(value);
    return operator === 'In' ? listed : !listed;
  });
}

/**
 * A LabelSelector object (`matchLabels`, `matchExpressions`) as requirements: `matchLabels: {a: b}` and
 * `a In [b]` come out the same. Undefined when the value is something else.
 */
export function requirementsOf(selector: unknown): Requirement[] | undefined {
  if (!selector || typeof selector !== 'object') return undefined;
  const { matchLabels, matchExpressions, ...rest } = selector as {
    matchLabels?: Record<string, string>;
    matchExpressions?: { key: string; operator: Requirement['operator']; values?: string[] }[];
  };
  if (Object.keys(rest).length > 0 || (!matchLabels && !matchExpressions)) return undefined;
  const requirements: Requirement[] = Object.entries(matchLabels ?? {}).map(([key, value]) => ({
    key,
    operator: 'In',
    values: [String(value)],
  }));
  for (const { key, operator, values } of matchExpressions ?? [])
    requirements.push({ key, operator, values: [...(values ?? [])].map(String).sort() });
  return requirements;
}

export function showRequirement({ key, operator, values }: Requirement): string {
  if (operator === 'Exists') return key;
  if (operator === 'DoesNotExist') return `!${key}`;
  if (values.length === 1) return `${key}${operator === 'In' ? '=' : '!='}${values[0]}`;
  return `${key} ${operator === 'In' ? 'in' : 'notin'} (${values.join(', ')})`;
}
