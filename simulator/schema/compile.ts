import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { readModels } from './client-models';
import { openApiDocuments } from './openapi';
import { RESOURCES } from './resources';
import { REVIEWS } from './reviews';

/** Models of request bodies that are no resources. */
const BODIES = [
  'AuthenticationV1TokenRequest',
  'V1Binding',
  'V1ComponentStatus',
  'V1DeleteOptions',
  'V1Eviction',
  'V1ListMeta',
  'V1NodeSelector',
  'V1ObjectReference',
  'V1PodTemplateSpec',
  'V1Scale',
  'V1Status',
  'V1TopologySelectorTerm',
];

/**
 * Compiles the models of @kubernetes/client-node into `simulator/schema/generated/`: `schema.json`, the types that
 * decoding and patches need, each model as JSON by itself, and the OpenAPI documents, ready to be sent. Does nothing when that is up to date.
 * `root` is the project's folder.
 */
export function compileSchema(root: string): void {
  const target = join(root, 'simulator/schema/generated');
  const stamp = inputHash(root);
  const stampFile = join(target, 'stamp');
  if (existsSync(stampFile) && readFileSync(stampFile, 'utf8') === stamp) return;

  const models = readModels(join(root, 'node_modules/@kubernetes/client-node/dist/gen/models'), [
    ...[...RESOURCES, ...REVIEWS].map((resource) => resource.model),
    ...BODIES,
  ]);
  // Written beside and moved into place, so that a process starting meanwhile never sees half of it.
  const fresh = `${target}.${process.pid}`;
  mkdirSync(join(fresh, 'openapi'), { recursive: true });

  const schema = [...models].map(([name, model]) => {
    const fields = Object.entries(model.fields).map(([field, { type, required }]) => [
      field,
      required ? `${type}!` : type,
    ]);
    return [name, JSON.stringify(Object.fromEntries(fields))];
  });
  writeFileSync(join(fresh, 'schema.json'), JSON.stringify(schema));

  const index: Record<string, { hash: string; file: string }> = {};
  for (const [path, document] of openApiDocuments(models, join(root, 'node_modules'))) {
    const text = JSON.stringify(document);
    const file = `${path.replaceAll('/', '__')}.json.gz`;
    writeFileSync(join(fresh, 'openapi', file), gzipSync(text));
    index[path] = { hash: createHash('sha512').update(text).digest('hex').toUpperCase(), file };
  }
  writeFileSync(join(fresh, 'openapi/index.json'), JSON.stringify(index));
  writeFileSync(join(fresh, 'stamp'), stamp);
  rmSync(target, { recursive: true, force: true });
  renameSync(fresh, target);
}

/** Changes when the models or the sources of this folder do. */
function inputHash(root: string): string {
  const folder = join(root, 'simulator/schema');
  const hash = createHash('sha256');
  for (const name of ['@kubernetes/client-node', '@kubernetes-models/apimachinery', 'kubernetes-models']) {
    hash.update(readFileSync(join(root, 'node_modules', name, 'package.json')));
  }
  for (const file of readdirSync(folder).sort()) {
    if (file.endsWith('.ts') && !file.endsWith('.test.ts')) hash.update(readFileSync(join(folder, file)));
  }
  return hash.digest('hex');
}

if (process.argv[1]?.endsWith('compile.ts')) compileSchema(join(dirname(process.argv[1]), '../..'));
