import { modelOf } from '../../schema/client-models';
import { modelFields } from '../../schema/schema';
import { namedType } from './named-types';
import { isOmitted } from './zero-values';

type Fields = Record<string, unknown>;

/** Where a value stands: for messages. */
interface Place {
  /** `spec.containers[0].image`. */
  path: string;
  /** Model of the innermost struct, and the path to the value without indexes: what encoding/json reports. */
  struct: string;
  goPath: string;
}

export interface Decoded {
  value: Fields;
  /** `unknown field "spec.foo"`, in the order met. */
  unknown: string[];
}

/**
 * Reads a JSON value as the Go type of `model` would be read: fields it does not have are dropped and named, values of
 * another type refused, zero values left away. Throws `DecodeProblem`.
 */
export function typedDecode(model: string, value: unknown, strictNames = true): Decoded {
  const unknown: string[] = [];
  const decoded = decodeStruct(model, value, { path: '', struct: model, goPath: '' }, unknown, strictNames);
  return { value: decoded, unknown };
}

/** A value that the type cannot hold, in encoding/json's words. */
export class DecodeProblem extends Error {
  override readonly name = 'DecodeProblem';
  constructor(
    message: string,
    /** In the words of apimachinery's converter, which reads what a strategic patch has made. */
    readonly converted = message,
  ) {
    super(message);
  }
}

function decodeStruct(
  model: string,
  value: unknown,
  place: Place,
  unknown: string[],
  names: boolean,
): Fields {
  const fields = modelFields(model);
  if (!fields) return value as Fields;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw mismatch(value, model, place);
  }
  const result: Fields = {};
  for (const [key, item] of Object.entries(value)) {
    const declared = fields[key];
    const path = place.path ? `${place.path}.${key}` : key;
    if (declared === undefined) {
      if (names) unknown.push(`unknown field "${path}"`);
      continue;
    }
    if (item === null || item === undefined) continue;
    const required = declared.endsWith('!');
    const type = required ? declared.slice(0, -1) : declared;
    const inner: Place = {
      path,
      struct: model,
      goPath: place.goPath ? `${place.goPath}.${key}` : key,
    };
    const decoded = decodeValue(type, item, inner, unknown, names);
    if (required || !isOmitted(model, key, type, decoded)) result[key] = decoded;
  }
  return result;
}

function decodeValue(type: string, value: unknown, place: Place, unknown: string[], names: boolean): unknown {
  if (type.startsWith('[]')) {
    if (!Array.isArray(value)) throw mismatch(value, type, place);
    const item = type.slice(2);
    return value.map((each, index) =>
      decodeItem(item, each, { ...place, path: `${place.path}[${index}]` }, unknown, names),
    );
  }
  if (type.startsWith('{}')) {
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      throw mismatch(value, type, place);
    const item = type.slice(2);
    return Object.fromEntries(
      Object.entries(value).map(([key, each]) => [
        key,
        decodeItem(item, each, { ...place, path: `${place.path}.${key}` }, unknown, names),
      ]),
    );
  }
  const model = modelOf(type);
  if (model) return decodeStruct(model, value, place, unknown, names);
  return decodeScalar(type, value, place);
}

/** null in a list or map is the zero value of its type. */
function decodeItem(type: string, value: unknown, place: Place, unknown: string[], names: boolean): unknown {
  if (value !== null) return decodeValue(type, value, place, unknown, names);
  if (type.startsWith('[]')) return [];
  if (type === 'string' || type === 'bytes') return '';
  return modelOf(type) || type.startsWith('{}') ? {} : 0;
}

const QUANTITY = /^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$/;

function decodeScalar(type: string, value: unknown, place: Place): unknown {
  switch (type) {
    case 'string':
      if (typeof value !== 'string') throw mismatch(value, type, place);
      return value;
    case 'boolean':
      if (typeof value !== 'boolean') throw mismatch(value, type, place);
      return value;
    case 'int32':
    case 'int64': {
      const limit = type === 'int32' ? 2_147_483_647 : Number.MAX_SAFE_INTEGER;
      if (typeof value !== 'number' || !Number.isInteger(value) || Math.abs(value) > limit) {
        throw mismatch(value, type, place);
      }
      return value;
    }
    case 'double':
      if (typeof value !== 'number') throw mismatch(value, type, place);
      return value;
    case 'intOrString':
      if (typeof value !== 'string' && !(typeof value === 'number' && Number.isInteger(value))) {
        throw mismatch(value, 'int32', place);
      }
      return value;
    case 'quantity': {
      const text = typeof value === 'number' ? String(value) : value;
      if (typeof text !== 'string') throw mismatch(value, 'string', place);
      if (!QUANTITY.test(text)) {
        throw new DecodeProblem(`quantities must match the regular expression '${QUANTITY.source}'`);
      }
      if (!/^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+|[numkMGTPE]|[KMGTPE]i)?$/.test(text)) {
        throw new DecodeProblem("unable to parse quantity's suffix");
      }
      return text;
    }
    case 'bytes':
      if (typeof value !== 'string') throw mismatch(value, '[]uint8', place);
      return checkBase64(value);
    case 'time':
    case 'microtime':
      return decodeTime(type, value, place);
    default:
      return value;
  }
}

function checkBase64(text: string): string {
  const bare = text.replace(/[\r\n]/g, '');
  const bad = /[^A-Za-z0-9+/=]/.exec(bare);
  if (bad) throw new DecodeProblem(`illegal base64 data at input byte ${bad.index}`);
  const padding = bare.indexOf('=');
  if (bare.length % 4 !== 0) {
    throw new DecodeProblem(
      `illegal base64 data at input byte ${padding >= 0 ? padding : bare.length - (bare.length % 4)}`,
    );
  }
  return bare;
}

function decodeTime(type: 'time' | 'microtime', value: unknown, place: Place): string {
  if (typeof value !== 'string') throw mismatch(value, type, place);
  const ms = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d/.test(value) ? Date.parse(value) : Number.NaN;
  if (Number.isNaN(ms)) {
    throw new DecodeProblem(
      `parsing time "${value}" as "2006-01-02T15:04:05Z07:00": cannot parse "${value}" as "2006"`,
    );
  }
  if (type === 'microtime') return value;
  return `${new Date(ms).toISOString().slice(0, 19)}Z`;
}

function mismatch(value: unknown, type: string, place: Place): DecodeProblem {
  const found =
    typeof value === 'number' && !Number.isInteger(value) && /^int/.test(type)
      ? `number ${value}`
      : typeof value === 'number' && type === 'int32' && Number.isInteger(value)
        ? `number ${value}`
        : jsonType(value);
  const where = place.goPath ? `Go struct field ${goName(place.struct)}.${place.goPath}` : 'Go value';
  const named = namedType(goName(place.struct), place.goPath.split('.').at(-1) ?? '');
  const wanted = named ? `${type.startsWith('[]') ? '[]' : ''}${named}` : goType(type);
  return new DecodeProblem(
    `json: cannot unmarshal ${found} into ${where} of type ${wanted}`,
    conversion(value, type, wanted),
  );
}

/** apimachinery's runtime/converter.go, fromUnstructured: it says no more than the types. */
function conversion(value: unknown, type: string, wanted: string): string {
  const number = Number.isInteger(value) ? 'int64' : 'float64';
  const from = Array.isArray(value) ? 'slice' : typeof value === 'object' ? 'map' : jsonType(value);
  const found = from === 'number' ? number : from;
  if (type.startsWith('[]') || type === 'bytes') return `cannot restore slice from ${found}`;
  if (type.startsWith('{}')) return `cannot restore map from ${found}`;
  if (modelOf(type)) return `cannot restore struct from: ${found}`;
  const convertible = (found === 'int64' && type === 'string') || (found === 'float64' && /^int/.test(type));
  return convertible
    ? `cannot convert ${found} to ${wanted}`
    : `unrecognized type: ${type === 'boolean' ? 'bool' : type}`;
}

function jsonType(value: unknown): string {
  if (Array.isArray(value)) return 'array';
  return typeof value === 'boolean' ? 'bool' : value === null ? 'null' : typeof value;
}

function goType(type: string): string {
  if (type.startsWith('[]')) return `[]${goType(type.slice(2))}`;
  if (type.startsWith('{}')) return `map[string]${goType(type.slice(2))}`;
  switch (type) {
    case 'boolean':
      return 'bool';
    case 'double':
      return 'float64';
    case 'time':
      return 'v1.Time';
    case 'microtime':
      return 'v1.MicroTime';
    case 'quantity':
      return 'resource.Quantity';
    case 'bytes':
      return '[]uint8';
    default:
      return modelOf(type) ? `${goVersion(type)}.${goName(type)}` : type;
  }
}

/** `V1PodSpec` → `PodSpec`. */
function goName(model: string): string {
  return model.replace(/^[A-Z][a-z]*?(?=V\d)/, '').replace(/^V\d+(?:(?:alpha|beta)\d+)?/, '');
}

function goVersion(model: string): string {
  return (/V(\d+(?:(?:alpha|beta)\d+)?)/.exec(model)?.[0] ?? 'V1').toLowerCase();
}

/** How strict a write is about fields that its kind does not have (`fieldValidation`). */
export type FieldValidation = 'Strict' | 'Warn' | 'Ignore';

/** `Warn` when a query does not say; what is none of the three was refused with the request's other options. */
export function readFieldValidation(text: string | null): FieldValidation {
  return text === 'Strict' || text === 'Ignore' ? text : 'Warn';
}
