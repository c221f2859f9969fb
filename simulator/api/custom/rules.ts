import type { JsonSchema, ValidationRule } from '../../schema/custom-type';
import { deepEqual } from '../deep-equal';
import type { FieldError } from '../extension-points';
import { isObject } from '../patch/merge-patch';
import { duplicate, forbidden, invalid, invalidWithoutValue, required } from '../validation/field-error';
import { CelError, CelTimeout, compile, type Expression, within } from './cel';
import { itemsBefore } from './items-before';

const OLD = /\boldSelf\b/;
/** For all rules of an object together: of the machine's time, which a busy one has little of. */
const LIMIT_MS = 1_000;
/** Errors after which rules are not looked at. */
const BLOCKING = [
  'FieldValueNotSupported',
  'FieldValueRequired',
  'FieldValueTooLong',
  'FieldValueTooMany',
  'FieldValueTypeInvalid',
];

/** What a schema's x-kubernetes-validations say of an object, and of its change; `errors` are those of its fields. */
export function ruleErrors(
  schema: JsonSchema,
  object: object,
  old: object | undefined,
  errors: readonly FieldError[],
): FieldError[] {
  if (!hasRules(schema)) return [];
  if (errors.some(({ reason }) => BLOCKING.includes(reason)))
    return [
      invalid(
        '<nil>',
        'null',
        'some validation rules were not checked because the object was invalid; correct the existing errors to complete validation',
      ),
    ];
  const checked: Checked = { errors: [] };
  try {
    within(LIMIT_MS, () => check(checked, schema, object, old, ''));
  } catch (error) {
    if (!(error instanceof CelTimeout)) throw error;
    const { path = '', type = '', rule = '' } = checked.last ?? {};
    const detail = `'${error.message}': no further validation rules will be run due to call cost exceeds limit for rule: ${rule}`;
    checked.errors.push(invalid(path || '<nil>', type, detail));
  }
  return checked.errors;
}

/** What was found so far, and the rule that was asked last. */
interface Checked {
  errors: FieldError[];
  last?: { path: string; type: string; rule: string };
}

const known = new WeakMap<JsonSchema, boolean>();

/** Most schemas have none: then nothing is walked through. */
function hasRules(schema: JsonSchema): boolean {
  const found = known.get(schema);
  if (found !== undefined) return found;
  const inner = [...Object.values(schema.properties ?? {}), schema.items, schema.additionalProperties];
  const has =
    Boolean(schema['x-kubernetes-validations']?.length) ||
    inner.some((each) => isObject(each) && hasRules(each as JsonSchema));
  known.set(schema, has);
  return has;
}

function check(checked: Checked, schema: JsonSchema, value: unknown, old: unknown, path: string): void {
  if (value === null || value === undefined || !hasRules(schema)) return;
  applyAll(checked, schema, value, old, path);
  if (Array.isArray(value) && schema.items) {
    const { items } = schema;
    const before = itemsBefore(schema, old);
    for (const [index, item] of value.entries())
      check(checked, items, item, before(item), `${path}[${index}]`);
  } else if (isObject(value)) {
    const before = isObject(old) && schema['x-kubernetes-map-type'] !== 'atomic' ? old : {};
    for (const [key, inner] of Object.entries(value)) {
      const declared = schema.properties?.[key];
      const rest = isObject(schema.additionalProperties)
        ? (schema.additionalProperties as JsonSchema)
        : undefined;
      const place = declared ? (path ? `${path}.${key}` : key) : `${path}[${key}]`;
      const inside = declared ?? rest;
      if (inside) check(checked, inside, inner, before[key], place);
    }
  }
}

/** The rules of one value. */
function applyAll(checked: Checked, schema: JsonSchema, value: unknown, old: unknown, path: string): void {
  const rules = schema['x-kubernetes-validations'] ?? [];
  if (rules.length === 0) return;
  const hasOld = old !== undefined && old !== null;
  const self = celValue(schema, value, path === '');
  const oldSelf = hasOld && rules.some(({ rule }) => OLD.test(rule)) && celValue(schema, old, path === '');
  for (const rule of rules) {
    const changes = OLD.test(rule.rule);
    if (changes && !hasOld) continue;
    const told = (rule.message ?? rule.rule).trim();
    checked.last = { path, type: schema.type ?? '', rule: told };
    const variables = { self, ...(changes ? { oldSelf } : {}) };
    try {
      if (expression(rule.rule, 'bool', changes).evaluate(variables) === true) continue;
    } catch (error) {
      if (!(error instanceof CelError)) throw error;
      checked.errors.push(
        invalid(path || '<nil>', schema.type ?? '', `${error.message} evaluating rule: ${told}`),
      );
      continue;
    }
    // What was wrong before may stay as it is (CRDValidationRatcheting).
    if (!changes && hasOld && deepEqual(value, old)) continue;
    const place = rule.fieldPath ? `${path}${rule.fieldPath}`.replace(/^\./, '') : path || '<nil>';
    checked.errors.push(failure(rule, place, schema, value, messageOf(rule, variables)));
  }
}

function messageOf(
  { rule, message, messageExpression }: ValidationRule,
  variables: Record<string, unknown>,
): string {
  try {
    const text = messageExpression
      ? expression(messageExpression, 'string', OLD.test(messageExpression)).evaluate(variables)
      : '';
    if (typeof text === 'string' && text.trim() && !text.trim().includes('\n')) return text.trim();
  } catch (error) {
    // An expression that fails leaves the message for which it stands.
    if (!(error instanceof CelError)) throw error;
  }
  return message ? message.trim() : `failed rule: ${rule.trim()}`;
}

function failure(
  { reason }: ValidationRule,
  place: string,
  { type }: JsonSchema,
  value: unknown,
  detail: string,
): FieldError {
  if (reason === 'FieldValueForbidden') return forbidden(place, detail);
  if (reason === 'FieldValueRequired') return required(place, detail);
  if (reason === 'FieldValueDuplicate') return duplicate(place, value);
  return type === 'object' || type === 'array'
    ? invalidWithoutValue(place, detail)
    : invalid(place, value, detail);
}

const MOST_EXPRESSIONS = 1000;
const expressions = new Map<string, Expression>();

function expression(text: string, result: 'bool' | 'string', changes: boolean): Expression {
  const key = `${result} ${changes} ${text}`;
  const found = expressions.get(key);
  if (found) return found;
  const made = compile(text, result, changes);
  if (expressions.size >= MOST_EXPRESSIONS) expressions.clear();
  expressions.set(key, made);
  return made;
}

/** JSON as CEL sees it by its schema: integers, dates; of metadata only the name; names that CEL cannot write, escaped. */
function celValue(schema: JsonSchema | undefined, value: unknown, isRoot = false): unknown {
  if (typeof value === 'number')
    return schema?.type !== 'number' && Number.isSafeInteger(value) ? BigInt(value) : value;
  if (typeof value === 'string') return schema?.format === 'date-time' ? new Date(value) : value;
  if (Array.isArray(value)) return value.map((item) => celValue(schema?.items, item));
  if (!isObject(value)) return value;
  const rest = isObject(schema?.additionalProperties)
    ? (schema.additionalProperties as JsonSchema)
    : undefined;
  const embedded = isRoot || schema?.['x-kubernetes-embedded-resource'];
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, inner]) => inner !== undefined)
      .map(([key, inner]) => {
        if (embedded && key === 'metadata' && isObject(inner)) {
          const { name, generateName } = inner;
          return [key, { ...(name ? { name } : {}), ...(generateName ? { generateName } : {}) }];
        }
        const declared = schema?.properties?.[key];
        return [declared ? escaped(key) : key, celValue(declared ?? rest, inner)];
      }),
  );
}

const KEYWORDS = new Set(
  'true false null in as break const continue else for function if import let loop package namespace return var void while'.split(
    ' ',
  ),
);

/** `a-b` is `a__dash__b` in a rule. */
function escaped(name: string): string {
  if (KEYWORDS.has(name)) return `__${name}__`;
  return name
    .replaceAll('__', '__underscores__')
    .replaceAll('.', '__dot__')
    .replaceAll('-', '__dash__')
    .replaceAll('/', '__slash__');
}

/** The first field in a rule that its schema does not have, by the chains of names that start at `self`. */
export function undefinedField(
  schema: JsonSchema,
  rule: string,
  isRoot: boolean,
): { name: string; offset: number } | undefined {
  const plain = rule.replace(/"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'/g, (text) => ' '.repeat(text.length));
  for (const chain of plain.matchAll(/\b(?:self|oldSelf)((?:\.\w+)+)(\(?)/g)) {
    const names = (chain[1] ?? '').split('.').slice(1);
    if (chain[2]) names.pop();
    let place: JsonSchema | undefined = schema;
    let offset = chain.index + chain[0].indexOf('.');
    for (const [depth, name] of names.entries()) {
      if (!place || place.type !== 'object' || place['x-kubernetes-preserve-unknown-fields']) break;
      if (place['x-kubernetes-embedded-resource'] || isObject(place.additionalProperties)) break;
      if (isRoot && depth === 0 && ['apiVersion', 'kind', 'metadata'].includes(name)) break;
      const { properties = {} }: JsonSchema = place;
      const key = Object.keys(properties).find((each) => escaped(each) === name);
      if (key === undefined) return { name, offset };
      place = properties[key];
      offset += name.length + 1;
    }
  }
  return undefined;
}
