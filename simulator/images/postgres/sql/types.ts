import type { DataTypeDef } from 'pgsql-ast-parser';
import { notSimulated, SqlError } from './sql-error';

/** Types by the name that PostgreSQL prints, with their numbers in pg_type. */
const oids = {
  boolean: 16,
  bigint: 20,
  smallint: 21,
  integer: 23,
  text: 25,
  json: 114,
  real: 700,
  'double precision': 701,
  unknown: 705,
  'character varying': 1043,
  character: 1042,
  date: 1082,
  'timestamp without time zone': 1114,
  'timestamp with time zone': 1184,
  interval: 1186,
  numeric: 1700,
  void: 2278,
  uuid: 2950,
  jsonb: 3802,
  name: 19,
} as const;

export type TypeName = keyof typeof oids;

/** A type with its length, or precision and scale. */
export interface SqlType {
  name: TypeName;
  size?: number[];
}

export const type = (name: TypeName): SqlType => ({ name });

const aliases: Record<string, TypeName> = {
  bool: 'boolean',
  int: 'integer',
  int4: 'integer',
  int8: 'bigint',
  int2: 'smallint',
  serial: 'integer',
  serial4: 'integer',
  bigserial: 'bigint',
  serial8: 'bigint',
  smallserial: 'smallint',
  varchar: 'character varying',
  char: 'character',
  bpchar: 'character',
  decimal: 'numeric',
  float: 'double precision',
  float8: 'double precision',
  float4: 'real',
  timestamp: 'timestamp without time zone',
  timestamptz: 'timestamp with time zone',
};

/** The type that a statement names. Throws SqlError. */
export function typeOf(def: DataTypeDef): SqlType {
  if (def.kind === 'array') throw notSimulated('arrays');
  const written = def.name.toLowerCase();
  const name = aliases[written] ?? written;
  if (!Object.hasOwn(oids, name) || name === 'unknown') {
    if (
      /^(bytea|time|timetz|inet|cidr|macaddr|money|xml|point|box|bit|varbit|tsvector|int4range|oid|regclass)\b/.test(
        name,
      )
    )
      throw notSimulated(`the type "${written}"`);
    throw new SqlError('42704', `type "${written}" does not exist`);
  }
  const size = def.config ?? (written === 'char' || written === 'character' ? [1] : undefined);
  return size ? { name: name as TypeName, size } : { name: name as TypeName };
}

/** serial and its kin: an integer with a sequence of its own. */
export function isSerial(def: DataTypeDef): boolean {
  return def.kind !== 'array' && /^(small|big)?serial[248]?$/i.test(def.name);
}

export function oidOf({ name }: SqlType): number {
  return oids[name];
}

/** `character varying(50)`, as \d prints it. */
export function typeText({ name, size }: SqlType): string {
  return size ? `${name}(${size.join(',')})` : name;
}

const ranks: TypeName[] = ['smallint', 'integer', 'bigint', 'numeric', 'real', 'double precision'];

export function isNumber({ name }: SqlType): boolean {
  return ranks.includes(name);
}

export function isWhole({ name }: SqlType): boolean {
  return name === 'smallint' || name === 'integer' || name === 'bigint';
}

export function isText({ name }: SqlType): boolean {
  return name === 'text' || name === 'character varying' || name === 'character' || name === 'name';
}

export function isMoment({ name }: SqlType): boolean {
  return name === 'date' || name.startsWith('timestamp');
}

/** The type that both can become, as for the sides of `=`; undefined when there is none. */
export function commonType(a: SqlType, b: SqlType): SqlType | undefined {
  if (a.name === b.name) return a.size && b.size && a.size.join() === b.size.join() ? a : type(a.name);
  if (a.name === 'unknown') return b;
  if (b.name === 'unknown') return a;
  if (isNumber(a) && isNumber(b))
    return type(ranks[Math.max(ranks.indexOf(a.name), ranks.indexOf(b.name))] as TypeName);
  if (isText(a) && isText(b)) return type('text');
  if (isMoment(a) && isMoment(b))
    return a.name.includes('with time') || b.name.includes('with time')
      ? type('timestamp with time zone')
      : type('timestamp without time zone');
  return undefined;
}
