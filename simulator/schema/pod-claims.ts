import type { Pod, Volume } from './types';

/** The PersistentVolumeClaim behind a volume; undefined when it is of another kind (ephemeral.VolumeClaimName). */
export function claimOf(pod: Pod, { name, persistentVolumeClaim, ephemeral }: Volume): string | undefined {
  return persistentVolumeClaim?.claimName ?? (ephemeral ? `${pod.metadata.name}-${name}` : undefined);
}

/** Every claim that a Pod uses. */
export function claimsOf(pod: Pod): string[] {
  return (pod.spec?.volumes ?? []).flatMap((volume) => claimOf(pod, volume) ?? []);
}
