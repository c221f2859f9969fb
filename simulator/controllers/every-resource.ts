import type { Client } from '../api/client';
import type { ResourceDefinition } from '../schema/resources';
import type { KubeObject } from '../schema/types';
import type { StopController } from './controller';

type Listener = (resource: ResourceDefinition, object: KubeObject, gone: boolean) => void;

interface Watch {
  resource: ResourceDefinition;
  end: () => void;
}

/** Watches the objects of all resources but events; kinds come and go with their definitions. */
export function watchEveryResource(client: Client, listener: Listener): StopController {
  const watches = new Map<string, Watch>();

  function watchAll(): void {
    const served = client.resources().filter(({ name }) => name !== 'events');
    const names = new Set<string>(served.map(({ name }) => name));
    for (const [name, { end }] of watches) {
      if (names.has(name)) continue;
      end();
      watches.delete(name);
    }
    for (const resource of served) {
      const known = watches.get(resource.name);
      if (known) known.resource = resource;
      else watches.set(resource.name, watchOne(resource));
    }
  }

  function watchOne(resource: ResourceDefinition): Watch {
    const watch: Watch = { resource, end: () => {} };
    watch.end = client.watch(resource.name, {}, ({ type, object }) =>
      listener(watch.resource, object, type === 'DELETED'),
    );
    return watch;
  }

  watchAll();
  const stop = client.watch('customresourcedefinitions.apiextensions.k8s.io', {}, watchAll);
  return () => {
    stop();
    for (const { end } of watches.values()) end();
  };
}
