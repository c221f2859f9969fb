import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { generatedFile } from '../../schema/schema';
import { customDefinitions } from '../custom/openapi';
import type { ServedResources } from '../custom/served-resources';
import { type Exchange, sendText } from './exchange';

const PROTOBUF = 'application/com.github.proto-openapi.spec.v2.v1.0+protobuf';

interface Schema {
  $ref?: string;
  type?: string;
  format?: string;
  description?: string;
  required?: string[];
  properties?: Record<string, Schema>;
  items?: Schema;
  additionalProperties?: Schema | boolean;
  allOf?: Schema[];
  oneOf?: Schema[];
  [extension: `x-${string}`]: unknown;
}

type Definitions = Record<string, Schema>;

/** The built-in types: the document in protobuf, and its definitions in JSON without the braces around them. */
let builtIn: { json: string; protobuf: Buffer } | undefined;

const info = { title: 'Kubernetes', version: 'v1.36.0' };

/**
 * Serves `/openapi/v2`: the types of the v3 documents and of custom resources as Swagger definitions, in JSON or as kubectl asks
 * for it, in protobuf (gnostic openapiv2). kubectl reads it for kinds that no v3 document knows, and for
 * `explain --output=plaintext-openapiv2`.
 */
export function serveOpenApiV2(exchange: Exchange, resources: ServedResources): void {
  builtIn ??= compile();
  const custom = swaggerDefinitions(customDefinitions(resources.served()) as Definitions);
  if ((exchange.request.headers.accept ?? '').includes('+protobuf')) {
    // A message that comes twice is put together from both.
    sendText(exchange, 200, PROTOBUF, Buffer.concat([builtIn.protobuf, definitionsField(custom)]));
    return;
  }
  const definitions = [builtIn.json, withoutBraces(custom)].filter(Boolean).join();
  const head = withoutBraces({ swagger: '2.0', info, paths: {} });
  sendText(exchange, 200, 'application/json', `{${head},"definitions":{${definitions}}}`);
}

function compile(): { json: string; protobuf: Buffer } {
  const index = JSON.parse(readFileSync(generatedFile('openapi/index.json'), 'utf8')) as Record<
    string,
    { file: string }
  >;
  const definitions: Definitions = {};
  for (const { file } of Object.values(index)) {
    const document = JSON.parse(gunzipSync(readFileSync(generatedFile(`openapi/${file}`))).toString()) as {
      components?: { schemas?: Record<string, Schema> };
    };
    for (const [name, schema] of Object.entries(document.components?.schemas ?? {})) {
      // The document of its own group is the one that says which kind a type is.
      if (definitions[name]?.[GVK] === undefined) definitions[name] = toSwagger(schema);
    }
  }
  const protobuf = Buffer.concat([
    text(1, '2.0'),
    message(2, [text(1, info.title), text(2, info.version)]),
    message(8, []),
    definitionsField(definitions),
  ]);
  return { json: withoutBraces(definitions), protobuf };
}

const withoutBraces = (object: object) => JSON.stringify(object).slice(1, -1);

const swaggerDefinitions = (schemas: Definitions): Definitions =>
  Object.fromEntries(Object.entries(schemas).map(([name, schema]) => [name, toSwagger(schema)]));

const definitionsField = (definitions: Definitions): Buffer =>
  message(
    9,
    Object.entries(definitions).map(([name, schema]) => namedSchema(name, schema)),
  );

const GVK = 'x-kubernetes-group-version-kind';

/** Swagger 2 has neither `oneOf` nor references beside other keywords. */
function toSwagger(schema: Schema): Schema {
  const ref = schema.$ref ?? schema.allOf?.[0]?.$ref;
  if (ref) {
    const { description } = schema;
    return {
      ...(description ? { description } : {}),
      $ref: ref.replace('#/components/schemas/', '#/definitions/'),
    };
  }
  const { allOf: _allOf, oneOf, properties, items, additionalProperties, ...rest } = schema;
  return {
    ...rest,
    ...(oneOf ? { type: 'string' } : {}),
    ...(properties
      ? {
          properties: Object.fromEntries(
            Object.entries(properties).map(([name, each]) => [name, toSwagger(each)]),
          ),
        }
      : {}),
    ...(items ? { items: toSwagger(items) } : {}),
    ...(typeof additionalProperties === 'object'
      ? { additionalProperties: toSwagger(additionalProperties) }
      : {}),
  };
}

function namedSchema(name: string, schema: Schema): Buffer {
  return message(1, [text(1, name), message(2, schemaFields(schema))]);
}

/** The fields of gnostic's openapi.v2.Schema. */
function schemaFields(schema: Schema): Buffer[] {
  const { additionalProperties } = schema;
  return [
    text(1, schema.$ref),
    text(2, schema.format),
    text(4, schema.description),
    ...(schema.required ?? []).map((name) => text(19, name)),
    ...(typeof additionalProperties === 'object'
      ? [message(21, [message(1, schemaFields(additionalProperties))])]
      : []),
    ...(schema.type ? [message(22, [text(1, schema.type)])] : []),
    ...(schema.items ? [message(23, [message(1, schemaFields(schema.items))])] : []),
    ...(schema.properties
      ? [
          message(
            25,
            Object.entries(schema.properties).map(([name, each]) => namedSchema(name, each)),
          ),
        ]
      : []),
    ...Object.entries(schema)
      .filter(([name]) => name.startsWith('x-'))
      .map(([name, value]) => message(31, [text(1, name), message(2, [text(2, JSON.stringify(value))])])),
  ];
}

function text(field: number, value: string | undefined): Buffer {
  return value ? message(field, [Buffer.from(value)]) : Buffer.alloc(0);
}

/** A length-delimited field. */
function message(field: number, parts: Buffer[]): Buffer {
  const length = parts.reduce((total, part) => total + part.length, 0);
  return Buffer.concat([varint((field << 3) | 2), varint(length), ...parts]);
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  for (let rest = value; ; rest >>>= 7) {
    if (rest < 0x80) return Buffer.from([...bytes, rest]);
    bytes.push((rest & 0x7f) | 0x80);
  }
}
