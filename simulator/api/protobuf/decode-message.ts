import { CORE_MESSAGES } from './core-messages';
import { EXTENSION_MESSAGES } from './extension-messages';
import { GROUP_MESSAGES } from './group-messages';
import { readFields, type WireField } from './wire';

interface Field {
  /** Of the JSON; '>' for an embedded struct. */
  name: string;
  sort: string;
  repeated: boolean;
  map: boolean;
  /** Whether a zero is told apart from nothing. */
  pointer: boolean;
}

type Fields = Record<string, unknown>;

const schemaMessage = 'apiextensions.JSONSchemaProps';
const text = new TextDecoder();
const layouts = new Map<string, Map<number, Field>>();

/** A message as the JSON of its Go type; undefined when no message of that name is known. Unknown fields are skipped. */
export function decodeMessage(message: string, bytes: Uint8Array): Fields | undefined {
  const layout = layoutOf(message);
  if (!layout) return undefined;
  const object: Fields = {};
  for (const { number, value } of readFields(bytes)) {
    const field = layout.get(number);
    if (!field) continue;
    if (field.name === '>') Object.assign(object, decode(field.sort, value));
    else if (field.map) addEntry(object, field, value);
    else if (field.repeated) addItem(object, field, value);
    else {
      const decoded = decode(field.sort, value);
      if (field.pointer || !isZero(decoded)) object[field.name] = decoded;
    }
  }
  return object;
}

function layoutOf(message: string): Map<number, Field> | undefined {
  const known = layouts.get(message);
  if (known) return known;
  const line = CORE_MESSAGES[message] ?? GROUP_MESSAGES[message] ?? EXTENSION_MESSAGES[message];
  if (line === undefined) return undefined;
  const fields = line.split(', ').filter(Boolean);
  const layout = new Map(
    fields.map((note) => {
      const [number, name = '', notation = ''] = note.split(' ');
      const [, sort = '', mark] = /^([\w.]+)(\?|\[\]|\{\})?$/.exec(notation) ?? [];
      return [
        Number(number),
        { name, sort, repeated: mark === '[]', map: mark === '{}', pointer: mark === '?' },
      ] as const;
    }),
  );
  layouts.set(message, layout);
  return layout;
}

function addItem(object: Fields, field: Field, value: WireField['value']): void {
  const list = (object[field.name] as unknown[] | undefined) ?? [];
  list.push(decode(field.sort, value));
  object[field.name] = list;
}

function addEntry(object: Fields, field: Field, value: WireField['value']): void {
  if (!(value instanceof Uint8Array)) return;
  let key = '';
  let entry: unknown = field.sort === 's' || field.sort === 'y' ? '' : undefined;
  for (const part of readFields(value)) {
    if (part.number === 1 && part.value instanceof Uint8Array) key = text.decode(part.value);
    if (part.number === 2) entry = decode(field.sort, part.value);
  }
  object[field.name] = { ...(object[field.name] as Fields | undefined), [key]: entry };
}

function decode(sort: string, value: WireField['value']): unknown {
  const bytes = value instanceof Uint8Array ? value : new Uint8Array();
  switch (sort) {
    case 's':
      return text.decode(bytes);
    case 'i':
      return Number(value instanceof Uint8Array ? 0 : value);
    case 'b':
      return value === 1n;
    case 'd':
      return new Float64Array(BigUint64Array.of(value as bigint).buffer)[0];
    case 'y':
      return Buffer.from(bytes).toString('base64');
    case 'Quantity':
      return partsOf(bytes).get(1) ?? '0';
    case 'IntOrString':
      return intOrString(bytes);
    case 'Time':
    case 'MicroTime':
      return timestamp(bytes, sort === 'MicroTime');
    case 'Duration':
      return `${Number(partsOf(bytes).get(1) ?? 0) / 1e9}s`;
    case 'Raw':
      return rawJson(bytes);
    case 'SchemaOrBool':
      return choices(bytes, 2, schemaMessage)[0] ?? choices(bytes, 1, 'b')[0];
    case 'SchemaOrArray':
      return choices(bytes, 1, schemaMessage)[0] ?? choices(bytes, 2, schemaMessage);
    case 'SchemaOrStrings':
      return choices(bytes, 1, schemaMessage)[0] ?? choices(bytes, 2, 's');
    default:
      return decodeMessage(sort, bytes);
  }
}

/** meta/v1 Time: seconds and nanoseconds since 1970; nothing for the zero time. */
function timestamp(bytes: Uint8Array, withMicros: boolean): string | undefined {
  if (bytes.length === 0) return undefined;
  const parts = partsOf(bytes);
  const seconds = Number(parts.get(1) ?? 0);
  const whole = new Date(seconds * 1000).toISOString().slice(0, 19);
  const micros = Math.floor(Number(parts.get(2) ?? 0) / 1000);
  return withMicros ? `${whole}.${String(micros).padStart(6, '0')}Z` : `${whole}Z`;
}

/** util/intstr IntOrString: 1 says which, 2 is the number, 3 the string. */
function intOrString(bytes: Uint8Array): number | string {
  const parts = partsOf(bytes);
  return parts.get(1) === 1n ? String(parts.get(3) ?? '') : Number(parts.get(2) ?? 0);
}

/** runtime.RawExtension and meta/v1 FieldsV1 hold JSON. */
function rawJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(String(partsOf(bytes).get(1) ?? 'null'));
  } catch {
    return undefined;
  }
}

/** The fields of one number, decoded: apiextensions/v1 JSONSchemaPropsOrBool and its like are a schema or something else. */
function choices(bytes: Uint8Array, wanted: number, sort: string): unknown[] {
  return readFields(bytes).flatMap(({ number, value }) => (number === wanted ? [decode(sort, value)] : []));
}

function partsOf(bytes: Uint8Array): Map<number, bigint | number | string> {
  return new Map(
    readFields(bytes).map(({ number, value }) => [
      number,
      value instanceof Uint8Array ? text.decode(value) : value,
    ]),
  );
}

/** What `omitempty` leaves out. A struct is no zero: an empty one was sent on purpose, such as `emptyDir: {}`. */
function isZero(value: unknown): boolean {
  return value === undefined || value === '' || value === 0 || value === false;
}
