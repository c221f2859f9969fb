import { type Model, type ModelField, modelOf } from './client-models';
import { readTexts, readTypeText } from './descriptions';
import { LIST_RULES } from './merge-keys';
import { RESOURCES, type ResourceDefinition } from './resources';
import { REVIEWS } from './reviews';

type Json = Record<string, unknown>;

/** Models of apimachinery, which belong to no API group. */
const META_MODELS = new Set([
  'V1Condition',
  'V1DeleteOptions',
  'V1LabelSelector',
  'V1LabelSelectorRequirement',
  'V1ListMeta',
  'V1ManagedFieldsEntry',
  'V1ObjectMeta',
  'V1OwnerReference',
  'V1Preconditions',
  'V1Status',
  'V1StatusCause',
  'V1StatusDetails',
  'V1FieldSelectorAttributes',
]);

/** Kinds of the core group that are served without being stored. */
const ASKED = [
  { kind: 'Binding', model: 'V1Binding', path: 'namespaces/{namespace}/bindings', action: 'post' },
  { kind: 'ComponentStatus', model: 'V1ComponentStatus', path: 'componentstatuses/{name}', action: 'get' },
];

const META = 'io.k8s.apimachinery.pkg.apis.meta.v1';

/** Core models that the resources served reach only through other groups. */
const CORE_ROOTS = [
  'V1PodTemplateSpec',
  'V1ObjectReference',
  'V1TopologySelectorTerm',
  'V1NodeSelector',
  'V1Binding',
  'V1ComponentStatus',
];

const SCALARS: Record<string, Json> = {
  string: { type: 'string', default: '' },
  boolean: { type: 'boolean', default: false },
  int32: { type: 'integer', format: 'int32', default: 0 },
  int64: { type: 'integer', format: 'int64', default: 0 },
  double: { type: 'number', format: 'double', default: 0 },
  bytes: { type: 'string', format: 'byte' },
  any: { type: 'object' },
};

/** Types with a JSON form of their own; `source` has their description in @kubernetes-models/apimachinery. */
const SPECIAL: Record<string, { name: string; schema: Json; source?: string }> = {
  time: {
    name: `${META}.Time`,
    schema: { type: 'string', format: 'date-time' },
    source: 'apis/meta/v1/Time',
  },
  microtime: {
    name: `${META}.MicroTime`,
    schema: { type: 'string', format: 'date-time' },
    source: 'apis/meta/v1/MicroTime',
  },
  intOrString: {
    name: 'io.k8s.apimachinery.pkg.util.intstr.IntOrString',
    schema: { format: 'int-or-string', oneOf: [{ type: 'integer' }, { type: 'string' }] },
    source: 'util/intstr/IntOrString',
  },
  quantity: {
    name: 'io.k8s.apimachinery.pkg.api.resource.Quantity',
    schema: {
      description:
        'An amount as a decimal number with an optional suffix: m, k, M, G, T, P, E for powers of ten, Ki, Mi, Gi, Ti, Pi, Ei for powers of two.',
      oneOf: [{ type: 'string' }, { type: 'number' }],
    },
  },
};

/** The OpenAPI v3 document of each group and version, by path: `api/v1`, `apis/apps/v1`. `modules`: node_modules. */
export function openApiDocuments(models: Map<string, Model>, modules: string): Map<string, Json> {
  const names = schemaNames(models);
  describeFields(models, names, modules);
  for (const { schema, source } of Object.values(SPECIAL)) {
    if (source) schema['description'] = readTypeText(modules, source);
  }
  const documents = new Map<string, Json>();
  const groupVersions = new Set([...RESOURCES, ...REVIEWS].map((resource) => resource.apiVersion));
  for (const apiVersion of groupVersions) {
    const path = apiVersion.includes('/') ? `apis/${apiVersion}` : `api/${apiVersion}`;
    documents.set(path, document(apiVersion, `/${path}`, models, names));
  }
  return documents;
}

/** `V1Pod` → `io.k8s.api.core.v1.Pod`: core's models first, then those that each group adds. */
function schemaNames(models: Map<string, Model>): Map<string, string> {
  const names = new Map<string, string>();
  const claim = (model: string, group: string, version: string): void => {
    if (names.has(model)) return;
    const bare = model.replace(
      /^(?:Core|Events|Discovery|Rbac|Authentication|Storage|Flowcontrol|Apiregistration)?V\d+(?:(?:alpha|beta)\d+)?/,
      '',
    );
    const pkg = META_MODELS.has(model) ? META : `io.k8s.api.${group}.${version}`;
    names.set(model, `${pkg}.${bare}`);
    for (const field of Object.values(models.get(model)?.fields ?? {})) {
      const next = modelOf(field.type);
      if (next) claim(next, group, version);
    }
  };
  for (const root of CORE_ROOTS) claim(root, 'core', 'v1');
  const all = [...RESOURCES, ...REVIEWS];
  for (const resource of all.filter((each) => each.group === '')) claim(resource.model, 'core', 'v1');
  for (const resource of all) claim(resource.model, resource.group.split('.')[0] || 'core', resource.version);
  for (const model of models.keys()) {
    claim(
      model,
      model === 'V1Scale' ? 'autoscaling' : model === 'V1Eviction' ? 'policy' : 'authentication',
      'v1',
    );
  }
  return names;
}

/** Adds texts and enums that the client models lack. */
function describeFields(models: Map<string, Model>, names: Map<string, string>, modules: string): void {
  const groups = new Map(
    [...RESOURCES, ...REVIEWS].map(({ group }) => [group.split('.')[0] || 'core', group]),
  );
  for (const [model, { fields }] of models) {
    const [version = '', name = ''] = names.get(model)?.split('.').slice(-2) ?? [];
    const group = groups.get(names.get(model)?.split('.').at(-3) ?? '') ?? '';
    const texts = readTexts(modules, { group, version, name, meta: META_MODELS.has(model) });
    for (const [field, definition] of Object.entries(fields)) {
      const text = texts.get(field);
      if (!text) continue;
      // The client models give a field of such a type the description of the type.
      if (definition.type === 'intOrString') definition.description = '';
      definition.description ||= text.description;
      if (!text.values) continue;
      definition.values = text.values;
      definition.description += `\n\nPossible enum values:\n ${text.enumText.trimStart()}`;
    }
  }
}

function document(
  apiVersion: string,
  base: string,
  models: Map<string, Model>,
  names: Map<string, string>,
): Json {
  const paths: Json = {};
  const schemas: Json = {};
  const reach = (type: string): void => {
    const special = SPECIAL[type.replace(/^(\[\]|\{\})+/, '')];
    if (special) schemas[special.name] = special.schema;
    const model = modelOf(type);
    const name = model && names.get(model);
    if (!model || !name || schemas[name]) return;
    schemas[name] = {};
    schemas[name] = modelSchema(model, models, names, reach);
  };
  const mark = (model: string, gvk: Json): void => {
    const schema = schemas[names.get(model) ?? ''] as Json | undefined;
    if (schema) schema['x-kubernetes-group-version-kind'] = [gvk];
  };
  reach('V1DeleteOptions');
  reach('V1Status');
  reach('V1ListMeta');
  for (const resource of RESOURCES.filter((each) => each.apiVersion === apiVersion)) {
    const gvk = { group: resource.group, version: resource.version, kind: resource.kind };
    reach(resource.model);
    mark(resource.model, gvk);
    addList(resource, schemas, names);
    addPaths(paths, base, resource, gvk, names);
  }
  for (const { kind, model, path, action } of apiVersion === 'v1' ? ASKED : []) {
    const gvk = { group: '', version: 'v1', kind };
    reach(model);
    mark(model, gvk);
    paths[`${base}/${path}`] = { [action]: operation(action, gvk, names.get(model) ?? '') };
  }
  for (const review of REVIEWS.filter((each) => each.apiVersion === apiVersion)) {
    const gvk = { group: review.group, version: review.version, kind: review.kind };
    reach(review.model);
    mark(review.model, gvk);
    const scope = review.namespaced ? '/namespaces/{namespace}' : '';
    paths[`${base}${scope}/${review.plural}`] = {
      post: operation('post', gvk, names.get(review.model) ?? '', true),
    };
  }
  return {
    openapi: '3.0.0',
    info: { title: 'Kubernetes', version: 'v1.36.0' },
    paths,
    components: { schemas },
  };
}

function addList(resource: ResourceDefinition, schemas: Json, names: Map<string, string>): void {
  const item = names.get(resource.model) ?? '';
  schemas[`${item}List`] = {
    description: `A list of objects of kind ${resource.kind}.`,
    type: 'object',
    required: ['items'],
    properties: {
      apiVersion: { type: 'string' },
      items: { type: 'array', items: { allOf: [reference(item)], default: {} } },
      kind: { type: 'string' },
      metadata: { allOf: [reference(`${META}.ListMeta`)], default: {} },
    },
    'x-kubernetes-group-version-kind': [
      { group: resource.group, version: resource.version, kind: `${resource.kind}List` },
    ],
  };
}

function addPaths(
  paths: Json,
  base: string,
  resource: ResourceDefinition,
  gvk: Json,
  names: Map<string, string>,
): void {
  const name = names.get(resource.model) ?? '';
  const collection = `${base}${resource.namespaced ? '/namespaces/{namespace}' : ''}/${resource.plural}`;
  paths[collection] = {
    get: operation('list', gvk, `${name}List`),
    post: operation('post', gvk, name, true),
  };
  if (resource.namespaced) {
    paths[`${base}/${resource.plural}`] = { get: operation('list', gvk, `${name}List`) };
  }
  const single: Json = {
    get: operation('get', gvk, name),
    put: operation('put', gvk, name, true),
    patch: operation('patch', gvk, name, true),
    delete: operation('delete', gvk, `${META}.Status`, true),
  };
  paths[`${collection}/{name}`] = single;
  for (const subresource of resource.subresources) {
    if (!subresource.verbs.includes('patch') || subresource.kind !== resource.kind) continue;
    paths[`${collection}/{name}/${subresource.name}`] = {
      get: operation('get', gvk, name),
      put: operation('put', gvk, name, true),
      patch: operation('patch', gvk, name, true),
    };
  }
}

const text = (name: string): Json => ({ name, in: 'query', schema: { type: 'string', uniqueItems: true } });

/** kubectl looks at a patch's parameters to learn whether dry run and field validation are known. */
function operation(action: string, gvk: Json, result: string, writes = false): Json {
  const parameters = writes ? [text('dryRun'), text('fieldManager'), text('fieldValidation')] : [];
  if (action === 'patch') {
    parameters.push({ name: 'force', in: 'query', schema: { type: 'boolean', uniqueItems: true } });
  }
  return {
    ...(parameters.length ? { parameters } : {}),
    responses: {
      '200': { description: 'OK', content: { 'application/json': { schema: reference(result) } } },
    },
    'x-kubernetes-action': action,
    'x-kubernetes-group-version-kind': gvk,
  };
}

function modelSchema(
  name: string,
  models: Map<string, Model>,
  names: Map<string, string>,
  reach: (type: string) => void,
): Json {
  const model = models.get(name);
  const properties: Json = {};
  for (const [field, definition] of Object.entries(model?.fields ?? {})) {
    reach(definition.type);
    properties[field] = fieldSchema(name, field, definition, names);
  }
  const required = Object.entries(model?.fields ?? {})
    .filter(([, field]) => field.required)
    .map(([field]) => field);
  return {
    ...(model?.description ? { description: model.description } : {}),
    type: 'object',
    ...(Object.keys(properties).length ? { properties } : {}),
    ...(required.length ? { required } : {}),
  };
}

function fieldSchema(model: string, field: string, definition: ModelField, names: Map<string, string>): Json {
  const { description, values } = definition;
  const schema = typeSchema(definition.type, names);
  if (!definition.required && !definition.type.startsWith('V')) delete schema['default'];
  const rule = LIST_RULES[model]?.[field];
  const strategies = [
    ...(rule?.patchKey !== undefined ? ['merge'] : []),
    ...(rule?.retainKeys ? ['retainKeys'] : []),
  ];
  return {
    ...(description ? { description } : {}),
    ...schema,
    ...(values ? { enum: values } : {}),
    ...(rule?.mapKeys
      ? { 'x-kubernetes-list-map-keys': rule.mapKeys, 'x-kubernetes-list-type': 'map' }
      : rule?.set
        ? { 'x-kubernetes-list-type': 'set' }
        : {}),
    ...(rule?.patchKey ? { 'x-kubernetes-patch-merge-key': rule.patchKey } : {}),
    ...(strategies.length ? { 'x-kubernetes-patch-strategy': strategies.join(',') } : {}),
  };
}

function typeSchema(type: string, names: Map<string, string>): Json {
  if (type.startsWith('[]')) return { type: 'array', items: typeSchema(type.slice(2), names) };
  if (type.startsWith('{}')) {
    return { type: 'object', additionalProperties: typeSchema(type.slice(2), names) };
  }
  const target = SPECIAL[type]?.name ?? names.get(type);
  if (target) {
    return { allOf: [reference(target)], ...(SPECIAL[type] ? {} : { default: {} }) };
  }
  return { ...(SCALARS[type] ?? { type: 'string' }) };
}

function reference(name: string): Json {
  return { $ref: `#/components/schemas/${name}` };
}
