import type { FieldError } from '../extension-points';
import { invalid, invalids, required } from './field-error';

/** The texts of apimachinery's util/validation: each function returns what is wrong with a value, [] when nothing is. */

const LABEL = '[a-z0-9]([-a-z0-9]*[a-z0-9])?';
const SUBDOMAIN = `${LABEL}(\\.${LABEL})*`;
const QUALIFIED = '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]';
const ALPHANUMERIC_ENDS =
  "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character";

/** RFC 1123 label, at most 63 characters: container and volume names, namespaces. */
export function dns1123Label(value: string): string[] {
  const problems = value.length > 63 ? ['must be no more than 63 characters'] : [];
  if (whole(LABEL).test(value)) return problems;
  // What is a subdomain and no label has dots in it.
  if (whole(SUBDOMAIN).test(value)) return [...problems, 'must not contain dots'];
  const text =
    "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character";
  return [...problems, regexText(text, LABEL, ['my-name', '123-abc'])];
}

/** RFC 1123 subdomain, at most 253 characters: names of most objects. */
export function dns1123Subdomain(value: string): string[] {
  return checked(
    value,
    253,
    SUBDOMAIN,
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character",
    ['example.com'],
  );
}

/** RFC 1123 subdomain whose labels may have underscores: search domains of a Pod's DNS. */
export function dns1123SubdomainWithUnderscore(value: string): string[] {
  const label = '_?[a-z0-9]([-_a-z0-9]*[a-z0-9])?';
  return checked(
    value,
    253,
    `${label}(\\.${label})*`,
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '_', '-' or '.', and must start and end with an alphanumeric character",
    ['example.com'],
  );
}

/** RFC 1035 label, at most 63 characters: names of CustomResourceDefinitions. */
export function dns1035Label(value: string): string[] {
  return checked(
    value,
    63,
    '[a-z]([-a-z0-9]*[a-z0-9])?',
    "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character",
    ['my-name', 'abc-123'],
  );
}

/** RFC 1123 subdomain whose first label may be `*`: hosts of an Ingress. */
export function wildcardSubdomain(value: string): string[] {
  return checked(
    value,
    253,
    `\\*\\.${SUBDOMAIN}`,
    "a wildcard DNS-1123 subdomain must start with '*.', followed by a valid DNS subdomain, which must consist of lower case alphanumeric characters, '-' or '.' and end with an alphanumeric character",
    ['*.example.com'],
  );
}

/** Label and annotation keys, extended resources: `[prefix/]name`. Counted in bytes since Kubernetes 1.36. */
export function qualifiedName(value = ''): string[] {
  const parts = value.split('/');
  if (parts.length > 2)
    return [
      `a valid label key ${regexText(ALPHANUMERIC_ENDS, QUALIFIED, ['MyName', 'my.name', '123-abc'])} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`,
    ];
  const [name = '', prefix] = [...parts].reverse();
  const problems: string[] = [];
  if (prefix === '') problems.push('prefix part must be non-empty');
  else if (prefix !== undefined)
    problems.push(...dns1123Subdomain(prefix).map((problem) => `prefix part ${inBytes(problem)}`));
  if (name === '') problems.push('name part must be non-empty');
  else if (name.length > 63) problems.push('name part must be no more than 63 bytes');
  if (!whole(QUALIFIED).test(name))
    problems.push(`name part ${regexText(ALPHANUMERIC_ENDS, QUALIFIED, ['MyName', 'my.name', '123-abc'])}`);
  return problems;
}

export function labelValue(value: string): string[] {
  return checked(
    value,
    63,
    `(${QUALIFIED})?`,
    `a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character`,
    ['MyValue', 'my_value', '12345'],
    `(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?`,
  ).map(inBytes);
}

function inBytes(problem: string): string {
  return problem.replace(/^(must be no more than \d+) characters$/, '$1 bytes');
}

/** Port names (IANA_SVC_NAME, RFC 6335). */
export function portName(value: string): string[] {
  const problems: string[] = [];
  if (value.length > 15) problems.push('must be no more than 15 characters');
  if (!/^[-a-z0-9]+$/.test(value))
    problems.push('must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)');
  if (!/[a-z]/.test(value)) problems.push('must contain at least one letter (a-z)');
  if (value.includes('--')) problems.push('must not contain consecutive hyphens');
  if (value.startsWith('-') || value.endsWith('-')) problems.push('must not begin or end with a hyphen');
  return problems;
}

export function portNumber(value: number): string[] {
  return within(value, 1, 65_535);
}

export function within(value: number, least: number, most: number): string[] {
  return value >= least && value <= most ? [] : [`must be between ${least} and ${most}, inclusive`];
}

/** Names of environment variables since Kubernetes 1.34. */
export function environmentName(value: string): string[] {
  if (value === '') return ['environment variable name must be non-empty'];
  return /^[ -<>-~]+$/.test(value)
    ? []
    : ["a valid environment variable name must consist only of printable ASCII characters other than '='"];
}

/** Keys of ConfigMaps and Secrets. */
export function configKey(value: string): string[] {
  const problems = checked(
    value,
    253,
    '[-._a-zA-Z0-9]+',
    "a valid config key must consist of alphanumeric characters, '-', '_' or '.'",
    ['key.name', 'KEY_NAME', 'key-name'],
  );
  if (value === '.') problems.push("must not be '.'");
  else if (value === '..') problems.push("must not be '..'");
  else if (value.startsWith('..')) problems.push("must not start with '..'");
  return problems;
}

export function headerName(value: string): string[] {
  return checked(
    value,
    Number.POSITIVE_INFINITY,
    '[-A-Za-z0-9]+',
    "a valid HTTP header must consist of alphanumeric characters or '-'",
    ['X-Header-Name'],
  );
}

export function percent(value: string): string[] {
  return checked(
    value,
    Number.POSITIVE_INFINITY,
    '[0-9]+%',
    "a valid percent string must be a numeric string followed by an ending '%'",
    ['1%', '93%'],
  );
}

/** Names that only must be usable in a URL: RBAC's. */
export function pathSegment(value: string): string[] {
  if (value === '.' || value === '..') return [`may not be '${value}'`];
  return ['/', '%'].filter((part) => value.includes(part)).map((part) => `may not contain '${part}'`);
}

/** Such as `acme.io/controller` (validation.IsDomainPrefixedPath). */
export function domainPrefixedPath(value: string | undefined, path: string): FieldError[] {
  if (!value) return [required(path)];
  const slash = value.indexOf('/');
  const [host, rest] = [value.slice(0, Math.max(slash, 0)), value.slice(slash + 1)];
  if (!host || !rest) return [invalid(path, value, 'must be a domain-prefixed path (such as "acme.io/foo")')];
  const errors = invalids(path, host, dns1123Subdomain(host));
  const pattern = "[A-Za-z0-9/\\-._~%!$&'()*+,;=:]+";
  return whole(pattern).test(rest)
    ? errors
    : [...errors, invalid(path, rest, `Invalid path (regex used for validation is '${pattern}')`)];
}

/** With `generateName` a trailing dash is fine: something will follow it (maskTrailingDash). */
export function asPrefix(check: (value: string) => string[]): (value: string) => string[] {
  return (value) => check(value.length > 1 && value.endsWith('-') ? `${value.slice(0, -2)}a` : value);
}

function checked(
  // A name that a client left out reaches here, whatever the types say.
  value: string | undefined = '',
  most: number,
  pattern: string,
  text: string,
  examples: string[],
  shownPattern = pattern,
): string[] {
  const problems: string[] = [];
  if (value.length > most) problems.push(`must be no more than ${most} characters`);
  if (!whole(pattern).test(value)) problems.push(regexText(text, shownPattern, examples));
  return problems;
}

function whole(pattern: string): RegExp {
  return new RegExp(`^(?:${pattern})$`);
}

/** The odd spacing is upstream's (validation.RegexError). */
function regexText(text: string, pattern: string, examples: string[]): string {
  return `${text} (e.g. ${examples.map((example) => `'${example}', `).join(' or ')}regex used for validation is '${pattern}')`;
}
