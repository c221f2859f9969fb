import type { Client } from '../api/client';
import { RuntimeError } from '../runtime/container-runtime';
import type { Pod } from '../schema/types';

/** Handlers that containerd is configured with on kind's nodes: the usual one, and one that does the same under another name. */
const handlers = ['', 'runc', 'test-handler'];

/** Refuses the sandbox of a Pod whose RuntimeClass names a handler that the node's containerd does not know. Throws RuntimeError. */
export function checkRuntimeHandler(client: Client, { spec }: Pod): void {
  const name = spec?.runtimeClassName;
  if (!name) return;
  const found = client.get('runtimeclasses.node.k8s.io', '', name);
  if (!found)
    throw new RuntimeError(
      'FailedCreatePodSandBox',
      `RuntimeClass.node.k8s.io ${JSON.stringify(name)} not found`,
    );
  const { handler = '' } = found;
  if (!handlers.includes(handler))
    throw new RuntimeError(
      'FailedCreatePodSandBox',
      `rpc error: code = Unknown desc = failed to get sandbox runtime: no runtime for ${JSON.stringify(handler)} is configured`,
    );
}
