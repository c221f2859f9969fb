import { badRequest } from '../refusals';

type Labels = Readonly<Record<string, string>> | undefined;

interface Requirement {
  key: string;
  operator: '=' | '!=' | 'in' | 'notin' | 'exists' | '!' | 'gt' | 'lt';
  values: string[];
}

/**
 * A predicate from kubectl's notation: `app=web,tier!=api,env in (a,b),!legacy` (apimachinery, labels.Parse).
 * Throws 400 BadRequest in its words.
 */
export function parseLabelSelector(text: string): (labels: Labels) => boolean {
  const requirements = parse(text);
  return (labels) => requirements.every((requirement) => matches(requirement, labels ?? {}));
}

/** A predicate from a meta/v1 LabelSelector; an empty one matches everything, an absent one nothing. */
export function labelSelectorMatches(
  selector:
    | {
        matchLabels?: Record<string, string>;
        matchExpressions?: { key: string; operator: string; values?: string[] }[];
      }
    | undefined,
  labels: Labels,
): boolean {
  if (!selector) return false;
  for (const [key, value] of Object.entries(selector.matchLabels ?? {})) {
    if (labelOf(labels, key) !== value) return false;
  }
  return (selector.matchExpressions ?? []).every(({ key, operator, values }) =>
    matches(
      { key, operator: EXPRESSION_OPERATORS[operator] ?? 'exists', values: values ?? [] },
      labels ?? {},
    ),
  );
}

const EXPRESSION_OPERATORS: Record<string, Requirement['operator']> = {
  In: 'in',
  NotIn: 'notin',
  Exists: 'exists',
  DoesNotExist: '!',
};

function matches({ key, operator, values }: Requirement, labels: Readonly<Record<string, string>>): boolean {
  const value = labelOf(labels, key);
  switch (operator) {
    case '=':
    case 'in':
      return value !== undefined && values.includes(value);
    case '!=':
    case 'notin':
      return value === undefined || !values.includes(value);
    case 'exists':
      return value !== undefined;
    case '!':
      return value === undefined;
    case 'gt':
      return value !== undefined && Number(value) > Number(values[0]);
    case 'lt':
      return value !== undefined && Number(value) < Number(values[0]);
  }
}

function labelOf(labels: Labels, key: string): string | undefined {
  return labels && Object.hasOwn(labels, key) ? labels[key] : undefined;
}

const TOKEN = /\s*(==|!=|[=!<>(),]|[^\s=!<>(),]+)/y;

function parse(text: string): Requirement[] {
  const tokens: string[] = [];
  TOKEN.lastIndex = 0;
  for (let match = TOKEN.exec(text); match; match = TOKEN.exec(text)) tokens.push(match[1] ?? '');
  const requirements: Requirement[] = [];
  let position = 0;
  const refuse = (wanted: string): never => {
    throw badRequest(`unable to parse requirement: found '${tokens[position] ?? ''}', expected: ${wanted}`);
  };
  const isWord = (token: string | undefined): token is string => !!token && !/^[=!<>(),]/.test(token);
  while (position < tokens.length) {
    if (tokens[position] === '!') {
      position++;
      const key = tokens[position];
      if (!isWord(key)) return refuse('identifier');
      checkKey(key);
      requirements.push({ key, operator: '!', values: [] });
      position++;
    } else {
      const key = tokens[position];
      if (!isWord(key)) return refuse("!, identifier, or ','");
      checkKey(key);
      position++;
      const operator = tokens[position];
      if (operator === undefined || operator === ',') {
        requirements.push({ key, operator: 'exists', values: [] });
      } else if (operator === 'in' || operator === 'notin') {
        position++;
        if (tokens[position] !== '(') return refuse("'('");
        const values: string[] = [];
        position++;
        while (position < tokens.length && tokens[position] !== ')') {
          if (tokens[position] !== ',') values.push(tokens[position] ?? '');
          position++;
        }
        if (tokens[position] !== ')') return refuse("',', or ')'");
        position++;
        requirements.push({ key, operator, values });
      } else if (['=', '==', '!=', '<', '>'].includes(operator)) {
        position++;
        const value = isWord(tokens[position]) ? (tokens[position++] ?? '') : '';
        checkValue(key, value);
        const kind = operator === '!=' ? '!=' : operator === '<' ? 'lt' : operator === '>' ? 'gt' : '=';
        requirements.push({ key, operator: kind, values: [value] });
      } else {
        return refuse('in, notin, =, ==, !=, gt, lt');
      }
    }
    if (position < tokens.length) {
      if (tokens[position] !== ',') return refuse("',' or 'end of string'");
      position++;
      if (position >= tokens.length) return refuse("identifier after ','");
    }
  }
  return requirements;
}

const NAME = /^([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]$/;

function checkKey(key: string): void {
  const name = key.includes('/') ? key.slice(key.indexOf('/') + 1) : key;
  if (NAME.test(name) && name.length <= 63) return;
  throw badRequest(
    `unable to parse requirement: <nil>: Invalid value: "${key}": name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')`,
  );
}

function checkValue(key: string, value: string): void {
  if (value === '' || (NAME.test(value) && value.length <= 63)) return;
  throw badRequest(
    `unable to parse requirement: values[0][${key}]: Invalid value: "${value}": a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')`,
  );
}
