import { parse } from 'yaml';
import { bootstrap } from '../../bootstrap';
import { VirtualClock } from '../../clock/virtual-clock';
import { resourceByName } from '../../schema/resources';
import type { KubeObject, ResourceName, ResourceTypes } from '../../schema/types';
import { Store } from '../../store/store';
import { applyDefaults } from '../defaults';
import type { Extensions } from '../extension-points';
import { InProcessClient } from '../in-process-client';
import { ObjectStorage } from '../storage/object-storage';
import { renderTable } from '../tables';
import { validateCreate, validateUpdate } from '../validation';
import { admit, review } from '.';

const ADMIN = { name: 'admin', groups: ['system:masters'] };

/** An API with the whole of what a write passes through, a namespace `lab` and its service account. */
export function cluster(namespace = '{}') {
  const warnings: string[] = [];
  const extensions: Extensions = {
    applyDefaults,
    admit,
    review: (request, client) => {
      review(request, client);
      warnings.push(...request.warnings);
    },
    validateCreate,
    validateUpdate,
    renderTable,
    decodeProtobuf: () => undefined,
  };
  const storage: ObjectStorage = new ObjectStorage({
    store: new Store(),
    clock: new VirtualClock(),
    extensions,
    client: () => client,
  });
  const client = new InProcessClient(storage, ADMIN, 'test');
  bootstrap(client, { nodes: ['node-1'], caCertificate: 'CA', now: 0 });
  const create = <R extends ResourceName>(resource: R, name: string, yaml: string): ResourceTypes[R] => {
    const { apiVersion, kind, namespaced } = resourceByName(resource);
    const { metadata, ...rest } = parse(yaml) as { metadata?: object };
    const object = {
      apiVersion,
      kind,
      metadata: { name, ...(namespaced && { namespace: 'lab' }), ...metadata },
      ...rest,
    } as KubeObject;
    return client.create(resource, object as ResourceTypes[R]);
  };
  create('namespaces', 'lab', namespace);
  create('serviceaccounts', 'default', '{}');
  return { client, create, warnings };
}
