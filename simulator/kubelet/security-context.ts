import type { ContainerConfig, ImageStatus } from '../runtime/container-runtime';
import type { Container, Pod } from '../schema/types';
import { ConfigError } from './environment';
import { podText } from './pod-state';

type SecurityFields = Pick<
  ContainerConfig,
  'user' | 'readOnlyRootFilesystem' | 'privileged' | 'capabilities' | 'allowPrivilegeEscalation'
>;

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
    },
    readOnlyRootFilesystem: own.readOnlyRootFilesystem ?? false,
    privileged: own.privileged ?? false,
    capabilities: { add: own.capabilities?.add ?? [], drop: own.capabilities?.drop ?? [] },
    allowPrivilegeEscalation: own.allowPrivilegeEscalation ?? true,
  };
}

/** `status.user` as containerd reports it for who the main process runs as. */
export function statusUser(user: ContainerConfig['user'], image: ImageStatus) {
  const [imageUid, imageGid] = image.user
    .split(':')
    .map((part) => (/^\d+$/.test(part) ? Number(part) : undefined));
  const uid = user.uid ?? imageUid ?? 0;
  const gid = user.gid ?? imageGid ?? 0;
  const supplementalGroups = [...new Set([gid, ...user.supplementalGroups])].sort((a, b) => a - b);
  return { linux: { uid, gid, supplementalGroups } };
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
