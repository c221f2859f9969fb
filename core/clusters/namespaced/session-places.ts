import type { LabCluster, OpenRequest } from '../cluster-provider';
import type { KubeApi, ResourceRef } from '../kube-api';
import { namespaces, openNamespace, type Place, removeNamespace, type SharedCluster } from './open-namespace';
import { installationLabel, sessionLabel, sessionNames, systemNamespace } from './session-objects';

const serviceAccounts: ResourceRef = {
  group: '',
  version: 'v1',
  plural: 'serviceaccounts',
  namespace: systemNamespace,
};

/** The namespaces of this server's sessions on a cluster that it shares with others. */
export interface SessionPlaces {
  open(cluster: SharedCluster, request: OpenRequest): Promise<LabCluster>;
  discard(cluster: SharedCluster, sessionId: string): Promise<void>;
  /** Removes what sessions of this installation left behind, except those in `keep` and those opened by this process. */
  sweep(cluster: SharedCluster, keep: readonly string[]): Promise<void>;
  /** Lets go of all that is open, and leaves it on the cluster. */
  leave(): void;
}

export function createSessionPlaces(): SessionPlaces {
  const places = new Map<string, Place>();
  /** Opened here, or being so: a sweep that began before must not take them for leftovers. */
  const ours = new Set<string>();
  return {
    async open(cluster, request) {
      const { namespace } = sessionNames(request.sessionId);
      ours.add(namespace);
      try {
        const place = await openNamespace(cluster, request, () => {
          places.delete(namespace);
          ours.delete(namespace);
        });
        // The one of a former try: nobody looks after it any more.
        places.get(namespace)?.leave();
        places.set(namespace, place);
        return place.cluster;
      } catch (error) {
        if (!places.has(namespace)) ours.delete(namespace);
        throw error;
      }
    },
    async discard(cluster, sessionId) {
      const { namespace } = sessionNames(sessionId);
      places.get(namespace)?.leave();
      places.delete(namespace);
      ours.delete(namespace);
      await removeNamespace(cluster.admin, namespace);
    },
    async sweep({ admin, installation }, keep) {
      const kept = new Set(keep.map((id) => sessionNames(id).namespace));
      // Accounts too: a crash may have come between the removal of a namespace and of what is its own elsewhere.
      const left = new Set([
        ...(await sessionsAmong(admin, namespaces, installation)),
        ...(await sessionsAmong(admin, serviceAccounts, installation)),
      ]);
      for (const namespace of left)
        if (!kept.has(namespace) && !ours.has(namespace)) await removeNamespace(admin, namespace);
    },
    leave() {
      for (const place of places.values()) place.leave();
      places.clear();
    },
  };
}

/** The namespaces of the sessions of this installation to which objects of a list belong. */
async function sessionsAmong(admin: KubeApi, ref: ResourceRef, installation: string): Promise<string[]> {
  const { items } = await admin.list(ref);
  return items.flatMap(({ metadata: { labels } }) => {
    const session = labels?.[sessionLabel];
    return session && labels?.[installationLabel] === installation ? [session] : [];
  });
}
