// Prisma's schema engine as WebAssembly, so that nothing has to be downloaded: used to apply migrations at start and to
// write new ones.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { bindMigrationAwareSqlAdapterFactory } from '@prisma/driver-adapter-utils';

let loaded;

/** Once in a process: the glue code keeps the module's memory in a global of its own. */
function loadEngine() {
  loaded ??= (async () => {
    const require = createRequire(import.meta.url);
    const glue = await import('@prisma/schema-engine-wasm/schema_engine_bg');
    const file = require.resolve('@prisma/schema-engine-wasm/schema_engine_bg').replace(/\.js$/, '.wasm');
    const { instance } = await WebAssembly.instantiate(readFileSync(file), { './schema_engine_bg.js': glue });
    glue.__wbg_set_wasm(instance.exports);
    instance.exports.__wbindgen_start();
    return glue;
  })();
  return loaded;
}

/** @param adapter a migration-aware driver adapter factory (PrismaLibSql, PrismaPg) */
export async function openSchemaEngine(adapter) {
  const { SchemaEngine } = await loadEngine();
  return SchemaEngine.new({}, () => {}, bindMigrationAwareSqlAdapterFactory(adapter));
}
