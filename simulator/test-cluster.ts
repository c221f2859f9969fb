import { admit, review } from './api/admission/index';
import { applyDefaults } from './api/defaults/index';
import type { Extensions } from './api/extension-points';
import { InProcessClient } from './api/in-process-client';
import { ObjectStorage } from './api/storage/object-storage';
import { validateCreate, validateUpdate } from './api/validation/index';
import { bootstrap, nodeAddress } from './bootstrap';
import { makeAuthority } from './certificate';
import { VirtualClock } from './clock/virtual-clock';
import { type Components, startComponents } from './components';
import { type Script, ScriptedRuntime } from './kubelet/scripted-runtime';
import { Store } from './store/store';

const extensions: Extensions = {
  applyDefaults,
  admit,
  review,
  validateCreate,
  validateUpdate,
  renderTable: () => ({ columnDefinitions: [], rows: [] }),
  decodeProtobuf: () => undefined,
};

export interface TestCluster {
  client: InProcessClient;
  clock: VirtualClock;
  runtime: ScriptedRuntime;
  components: Components;
  errors: unknown[];
}

/** For tests: API, controllers, scheduler and kubelets on virtual time, with containers that play scripts. */
export async function startTestCluster(
  options: { scripts?: Record<string, Script>; nodes?: string[]; start?: number } = {},
): Promise<TestCluster> {
  const clock = new VirtualClock(options.start);
  const errors: unknown[] = [];
  const storage: ObjectStorage = new ObjectStorage({
    store: new Store(),
    clock,
    extensions,
    client: () => client,
  });
  const client = new InProcessClient(storage, { name: 'system:test', groups: ['system:masters'] }, 'test');
  const names = options.nodes ?? ['node-1'];
  bootstrap(client, { nodes: names, caCertificate: 'CA', now: clock.now() });
  const runtime = new ScriptedRuntime(clock, options.scripts);
  const components = startComponents({
    client: (name) => new InProcessClient(storage, { name, groups: ['system:masters'] }, name),
    clock,
    caCertificate: 'CA',
    authority: makeAuthority(),
    nodes: names.map((name, index) => ({ name, ip: nodeAddress(index) })),
    newRuntime: () => runtime,
    issueToken: () => 'token',
    onError: (error) => errors.push(error),
  });
  await clock.advance(10);
  return { client, clock, runtime, components, errors };
}
