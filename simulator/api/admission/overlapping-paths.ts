import type { Volume } from '../../schema/types';

type Projection = NonNullable<NonNullable<Volume['projected']>['sources']>[number];

interface File {
  path: string;
  /** Of which object, where a volume has several. */
  source: string;
}

/** Files of one volume that stand in each other's place (pkg/api/pod warningsForOverlappingVirtualPaths). */
export function overlappingPaths({ name, configMap, secret, downwardAPI, projected }: Volume): string[] {
  const told = (what: string, files: readonly File[]) =>
    overlaps(files).map((text) => `volume "${name}" (${what}): overlapping paths: ${text}`);
  if (configMap) return told(`ConfigMap "${configMap.name ?? ''}"`, filesOf(configMap.items, ''));
  if (secret) return told(`Secret "${secret.secretName ?? ''}"`, filesOf(secret.items, ''));
  if (downwardAPI) return told('DownwardAPI', filesOf(downwardAPI.items, ''));
  const sources = projected?.sources ?? [];
  const empty = sources.filter((source) => !Object.values(source).some(Boolean));
  return [
    ...empty.map(() => `volume "${name}" (Projected) has no sources provided`),
    ...told('Projected', sources.flatMap(projectedFiles)),
  ];
}

function projectedFiles({ configMap, secret, downwardAPI, serviceAccountToken }: Projection): File[] {
  if (configMap) return filesOf(configMap.items, `ConfigMap "${configMap.name ?? ''}"`);
  if (secret) return filesOf(secret.items, `Secret "${secret.name ?? ''}"`);
  if (downwardAPI) return filesOf(downwardAPI.items, 'DownwardAPI');
  return serviceAccountToken ? filesOf([serviceAccountToken], 'ServiceAccountToken') : [];
}

function filesOf(items: readonly { path: string }[] | undefined, source: string): File[] {
  return (items ?? []).map(({ path }) => ({ path: path.replace(/\/+$/, ''), source }));
}

function overlaps(files: readonly File[]): string[] {
  return files.flatMap((file, index) =>
    files
      .slice(0, index)
      .filter((other) => isWithin(other.path, file.path) || isWithin(file.path, other.path))
      .map((other) => `${shown(file)} with ${shown(other)}`),
  );
}

function isWithin(path: string, folder: string): boolean {
  return path !== '' && folder !== '' && `${path}/`.startsWith(`${folder}/`);
}

function shown({ path, source }: File): string {
  return source ? `"${path}" (${source})` : `"${path}"`;
}
