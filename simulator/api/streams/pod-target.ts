import type { NodeAgent, NodeAgents } from '../../kubelet/node-agent';
import type { Pod } from '../../schema/types';
import type { Client } from '../client';
import { ApiError } from '../errors';

/** The Pod of a request. Throws ApiError 404. */
export function getPod(client: Client, namespace: string, name: string): Pod {
  const pod = client.get('pods', namespace, name);
  if (!pod) throw new ApiError(404, 'NotFound', `pods "${name}" not found`, { name, kind: 'pods' });
  return pod;
}

/** The kubelet that runs a Pod. Throws ApiError 400 before it was scheduled. */
export function agentOf(agents: NodeAgents, pod: Pod): NodeAgent {
  const node = pod.spec?.nodeName;
  const agent = node ? agents(node) : undefined;
  if (!agent) throw new ApiError(400, 'BadRequest', `pod ${pod.metadata.name} does not have a host assigned`);
  return agent;
}

/**
 * The container that a request means: the named one, or the only one beside init and ephemeral containers (registry/core/pod,
 * validateContainer). Throws ApiError 400 with the choices.
 */
export function containerName(pod: Pod, wanted: string | null): string {
  const { containers = [], initContainers = [], ephemeralContainers = [] } = pod.spec ?? {};
  const all = [...initContainers, ...containers, ...ephemeralContainers].map(({ name }) => name);
  const { name } = pod.metadata;
  if (wanted) {
    if (all.includes(wanted)) return wanted;
    throw new ApiError(400, 'BadRequest', `container ${wanted} is not valid for pod ${name}`);
  }
  const [only] = containers;
  if (only && containers.length === 1) return only.name;
  throw new ApiError(
    400,
    'BadRequest',
    `a container name must be specified for pod ${name}, choose one of: [${all.join(' ')}]`,
  );
}
