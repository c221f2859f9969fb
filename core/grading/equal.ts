import { parseDuration, parseQuantity } from './quantity';

/** Fields whose values, or whose parent's values, are quantities (resource.Quantity in the API types). */
const quantityParents = new Set(
  'limits requests hard used capacity allocatable max min default defaultRequest maxLimitRequestRatio overhead'.split(
    ' ',
  ),
);
const quantityFields = new Set('sizeLimit divisor storage averageValue'.split(' '));
const durationFields = /(timeout|interval|period|duration)$/i;
const instantFields = /(Time|Timestamp|At)$/;

/** Named ports of the container that a value belongs to, so that a probe's `port: http` equals 8080. */
export type NamedPorts = ReadonlyMap<string, number>;

/**
 * Whether two scalars of a Kubernetes object mean the same, given the path of fields that leads to them: quantities,
 * durations, instants and images by value; int-or-string either way; what the API leaves out when it is false, 0 or ''.
 */
export function sameMeaning(
  expected: unknown,
  actual: unknown,
  path: readonly string[],
  ports?: NamedPorts,
): boolean {
  if (expected === actual) return true;
  if (actual === undefined || actual === null) return expected === false || expected === 0 || expected === '';
  if (typeof actual === 'object' || typeof expected === 'object') return false;
  const field = path.at(-1) ?? '';
  if (quantityFields.has(field) || quantityParents.has(path.at(-2) ?? '')) {
    const a = parseQuantity(expected);
    return a !== undefined && a === parseQuantity(actual);
  }
  if (field === 'mountPath') return withoutSlash(String(expected)) === withoutSlash(String(actual));
  if (field === 'image') return imageName(String(expected)) === imageName(String(actual));
  if (durationFields.test(field)) {
    const a = parseDuration(expected);
    if (a !== undefined) return a === parseDuration(actual);
  }
  if (instantFields.test(field)) {
    const a = Date.parse(String(expected));
    if (!Number.isNaN(a)) return a === Date.parse(String(actual));
  }
  if (field === 'port' && typeof expected === 'number' && ports?.get(String(actual)) === expected)
    return true;
  // YAML reads `status: True` as a boolean; conditions hold the text "True".
  if (typeof expected === 'boolean')
    return String(actual).toLowerCase() === String(expected) && field === 'status';
  return String(expected) === String(actual);
}

const withoutSlash = (path: string) => path.replace(/(?<=.)\/+$/, '');

/** `docker.io/library/nginx:latest`, `library/nginx` and `nginx` are one image (distribution's familiar names). */
export function imageName(reference: string): string {
  const [name = '', digest] = reference.split('@');
  const short = name.replace(/^(index\.)?docker\.io\//, '').replace(/^library\//, '');
  const tagged = /:[^/]+$/.test(short) || digest ? short : `${short}:latest`;
  return digest ? `${tagged}@${digest}` : tagged;
}

/** A value in few words, for people. */
export function show(value: unknown): string {
  if (value === undefined || value === null) return 'nothing';
  if (typeof value === 'string') return value === '' ? '""' : cut(value);
  if (typeof value !== 'object') return String(value);
  return cut(flow(value));
}

/** YAML in one line, without quotes where none are needed. */
function flow(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(flow).join(', ')}]`;
  if (value && typeof value === 'object')
    return `{${Object.entries(value)
      .map(([key, inner]) => `${key}: ${flow(inner)}`)
      .join(', ')}}`;
  if (typeof value === 'string' && !/^[\w./-]+$/.test(value)) return JSON.stringify(value);
  return String(value);
}

function cut(text: string): string {
  return text.length > 200 ? `${text.slice(0, 197)}…` : text;
}
