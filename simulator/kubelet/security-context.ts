import { posix } from 'node:path';
import type { FileTree } from '../files/file-system';
import type { ContainerConfig, ImageStatus } from '../runtime/container-runtime';
import type { Container, Pod } from '../schema/types';
import { ConfigError } from './environment';
import { podText } from './pod-state';

type SecurityFields = Pick<
  ContainerConfig,
  'user' | 'readOnlyRootFilesystem' | 'privileged' | 'capabilities' | 'allowPrivilegeEscalation' | 'seccomp'
>;

type ContainerContext = NonNullable<Container['securityContext']>;
type PodContext = NonNullable<NonNullable<Pod['spec']>['securityContext']>;

/** What the container's security context, the Pod's and the image amount to (securitycontext.DetermineEffectiveSecurityContext). */
export function securityOf(pod: Pod, container: Container, image: ImageStatus): SecurityFields {
  const own = container.securityContext ?? {};
  const shared = pod.spec?.securityContext ?? {};
  const uid = own.runAsUser ?? shared.runAsUser;
  const gid = own.runAsGroup ?? shared.runAsGroup;
  if (own.runAsNonRoot ?? shared.runAsNonRoot) verifyNonRoot(pod, container, uid, image);
  const groups = new Set<number>([...(shared.supplementalGroups ?? [])]);
  if (shared.fsGroup !== undefined) groups.add(shared.fsGroup);
  return {
    user: {
      ...(uid === undefined ? {} : { uid }),
      ...(gid === undefined ? {} : { gid }),
      supplementalGroups: [...groups],
      ...(shared.supplementalGroupsPolicy === 'Strict' ? { strict: true } : {}),
    },
    seccomp: !own.privileged && seccompOf(own, shared) !== 'Unconfined',
    readOnlyRootFilesystem: own.readOnlyRootFilesystem ?? false,
    privileged: own.privileged ?? false,
    capabilities: { add: own.capabilities?.add ?? [], drop: own.capabilities?.drop ?? [] },
    allowPrivilegeEscalation: own.allowPrivilegeEscalation ?? true,
  };
}

/** The container's profile, else the Pod's; without either none, for kubelets whose seccompDefault is off (kuberuntime getSeccompProfile). */
function seccompOf(own: ContainerContext, shared: PodContext): string {
  return (own.seccompProfile ?? shared.seccompProfile)?.type ?? 'Unconfined';
}

/**
 * Why the runtime makes no container with a profile of the node's: the kubelet has given it the path of a file that containerd
 * cannot read, or whose rules are not simulated. undefined: the container has none, or is privileged.
 */
export function profileRefusal(
  pod: Pod,
  { securityContext: own = {} }: Container,
  disk: FileTree,
): string | undefined {
  const profile = own.seccompProfile ?? pod.spec?.securityContext?.seccompProfile;
  if (own.privileged || profile?.type !== 'Localhost') return undefined;
  const path = posix.join('/var/lib/kubelet/seccomp', profile.localhostProfile ?? '');
  if (!disk.stat(path))
    return `failed to create containerd container: cannot load seccomp profile ${JSON.stringify(path)}: open ${path}: no such file or directory`;
  return 'The embedded cluster does not simulate seccomp profiles of type Localhost; use a kind cluster for that.';
}

/** The one user that all containers run as, when all name the same. */
export function commonUser(pod: Pod): number | undefined {
  const shared = pod.spec?.securityContext?.runAsUser;
  const users = [...(pod.spec?.containers ?? []), ...(pod.spec?.initContainers ?? [])].map(
    ({ securityContext }) => securityContext?.runAsUser ?? shared,
  );
  return users.every((user) => user === users[0]) ? users[0] : undefined;
}

function verifyNonRoot(pod: Pod, container: Container, uid: number | undefined, image: ImageStatus): void {
  const where = `(pod: ${JSON.stringify(podText(pod))}, container: ${container.name})`;
  if (uid === 0) throw new ConfigError(`container's runAsUser breaks non-root policy ${where}`);
  if (uid !== undefined) return;
  const name = image.user.split(':')[0] ?? '';
  if (name !== '' && !/^\d+$/.test(name)) {
    throw new ConfigError(
      `container has runAsNonRoot and image has non-numeric user (${name}), cannot verify user is non-root ${where}`,
    );
  }
  if (name === '' || Number(name) === 0) {
    throw new ConfigError(`container has runAsNonRoot and image will run as root ${where}`);
  }
}
