import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import type { JsonSchema } from '../../schema/custom-type';
import type { ResourceDefinition } from '../../schema/resources';
import { generatedFile } from '../../schema/schema';
import { swaggerOf } from './openapi-v2';

type Json = Record<string, unknown>;

const META = 'io.k8s.apimachinery.pkg.apis.meta.v1';

/** The OpenAPI v3 document of each group version of custom resources (apiextensions, controller/openapiv3). */
export function customDocuments(
  resources: readonly ResourceDefinition[],
): { path: string; hash: string; document: () => Json }[] {
  const versions = [...new Set(resources.map(({ apiVersion }) => apiVersion))];
  return versions.map((apiVersion) => {
    const own = resources.filter((each) => each.apiVersion === apiVersion);
    const text = JSON.stringify(own.map(({ kind, plural, custom }) => [kind, plural, custom]));
    return {
      path: `apis/${apiVersion}`,
      hash: createHash('sha512').update(text).digest('hex').toUpperCase(),
      document: () => documentOf(apiVersion, own),
    };
  });
}

/** The definitions of custom resources in the OpenAPI v2 document, with references as in v3. */
export function customDefinitions(resources: readonly ResourceDefinition[]): Record<string, Json> {
  const definitions: Record<string, Json> = {};
  for (const resource of resources) {
    const { group, version, kind, custom } = resource;
    const schema = custom?.schema ?? {};
    definitions[schemaName(resource)] = {
      // With any property, kubectl takes those that are not told of for errors (builder.buildKubeNative).
      ...(schema['x-kubernetes-preserve-unknown-fields']
        ? { type: 'object' }
        : withTypeProperties(swaggerOf(schema))),
      'x-kubernetes-group-version-kind': [{ group, version, kind }],
    };
    const listKind = custom?.listKind ?? `${kind}List`;
    definitions[schemaName(resource, listKind)] = listSchema(resource, listKind);
  }
  return definitions;
}

function documentOf(apiVersion: string, resources: readonly ResourceDefinition[]): Json {
  const schemas: Json = { ...metaSchemas() };
  const paths: Json = {};
  for (const resource of resources) {
    const name = schemaName(resource);
    const gvk = { group: resource.group, version: resource.version, kind: resource.kind };
    const listKind = resource.custom?.listKind ?? `${resource.kind}List`;
    schemas[name] = { ...objectSchema(resource), 'x-kubernetes-group-version-kind': [gvk] };
    schemas[`${schemaName(resource, listKind)}`] = listSchema(resource, listKind);
    addPaths(paths, `/apis/${apiVersion}`, resource, gvk, name);
  }
  return {
    openapi: '3.0.0',
    info: { title: 'Kubernetes CRD Swagger', version: 'v0.1.0' },
    paths,
    components: { schemas },
  };
}

/** `stable.example.com/v1 CronTab` → `com.example.stable.v1.CronTab`. */
function schemaName({ group, version, kind }: ResourceDefinition, named = kind): string {
  return [...group.split('.').reverse(), version, named].join('.');
}

function objectSchema({ custom }: ResourceDefinition): Json {
  return withTypeProperties(custom?.schema ?? {});
}

const withTypeProperties = (schema: JsonSchema): Json => ({
  ...schema,
  type: 'object',
  properties: { ...schema.properties, ...typeProperties() },
});

function listSchema(resource: ResourceDefinition, kind: string): Json {
  const { group, version } = resource;
  return {
    description: `${kind} is a list of ${resource.kind}`,
    type: 'object',
    required: ['items'],
    properties: {
      ...typeProperties(),
      items: { type: 'array', items: { allOf: [reference(schemaName(resource))] } },
      metadata: { allOf: [reference(`${META}.ListMeta`)] },
    },
    'x-kubernetes-group-version-kind': [{ group, version, kind }],
  };
}

function addPaths(paths: Json, base: string, resource: ResourceDefinition, gvk: Json, name: string): void {
  const collection = `${base}${resource.namespaced ? '/namespaces/{namespace}' : ''}/${resource.plural}`;
  const single = {
    get: operation('get', gvk, name),
    put: operation('put', gvk, name, true),
    patch: operation('patch', gvk, name, true),
    delete: operation('delete', gvk, `${META}.Status`, true),
  };
  paths[collection] = { get: operation('list', gvk, name), post: operation('post', gvk, name, true) };
  paths[`${collection}/{name}`] = single;
}

const text = (name: string): Json => ({ name, in: 'query', schema: { type: 'string', uniqueItems: true } });

function operation(action: string, gvk: Json, result: string, writes = false): Json {
  return {
    ...(writes ? { parameters: [text('dryRun'), text('fieldManager'), text('fieldValidation')] } : {}),
    responses: {
      '200': { description: 'OK', content: { 'application/json': { schema: reference(result) } } },
    },
    'x-kubernetes-action': action,
    'x-kubernetes-group-version-kind': gvk,
  };
}

function reference(name: string): Json {
  return { $ref: `#/components/schemas/${name}` };
}

let builtIn: Json | undefined;

/** The types of a built-in group, for what every object has in common. */
function builtInSchemas(): Json {
  if (builtIn) return builtIn;
  const bytes = gunzipSync(readFileSync(generatedFile('openapi/apis__coordination.k8s.io__v1.json.gz')));
  const { components } = JSON.parse(bytes.toString()) as { components: { schemas: Json } };
  builtIn = components.schemas;
  return builtIn;
}

function metaSchemas(): Json {
  return Object.fromEntries(Object.entries(builtInSchemas()).filter(([name]) => name.startsWith(META)));
}

/** apiVersion, kind and metadata. */
function typeProperties(): Json {
  const lease = builtInSchemas()['io.k8s.api.coordination.v1.Lease'] as { properties: Record<string, Json> };
  const { apiVersion, kind, metadata } = lease.properties;
  // A Lease says only where to read more.
  const description = `Standard object's metadata. ${metadata?.['description']}`;
  return { apiVersion, kind, metadata: { ...metadata, description } };
}
