/** Newest patch release of each line, and what the moving tags stand for. */
const releases: Record<string, string> = {
  latest: '1.29.3',
  mainline: '1.29.3',
  '1': '1.29.3',
  stable: '1.28.0',
  '1.29': '1.29.3',
  '1.28': '1.28.0',
  '1.27': '1.27.5',
  '1.26': '1.26.3',
  '1.25': '1.25.5',
  '1.24': '1.24.0',
  '1.23': '1.23.4',
  '1.22': '1.22.1',
  '1.21': '1.21.6',
  '1.20': '1.20.2',
  '1.19': '1.19.10',
  '1.18': '1.18.0',
  '1.17': '1.17.10',
  '1.16': '1.16.1',
  '1.15': '1.15.12',
  '1.14': '1.14.2',
};

/** The nginx that a tag of its image holds: `1.27-alpine` → 1.27.5. */
export function version(tag: string): string {
  const [number = 'latest'] = tag.split('-');
  return releases[number] ?? (/^\d+\.\d+\.\d+$/.test(number) ? number : '1.29.3');
}

export function isAlpine(tag: string): boolean {
  return tag.includes('alpine');
}

/** The repository's naming scheme: a version or a moving name, then variants. */
export function hasTag(tag: string): boolean {
  const [number = '', ...variants] = tag.split('-');
  const named =
    number in releases ||
    /^1\.(?:[0-9]|1\d|2\d)\.\d+$/.test(number) ||
    number === 'alpine' ||
    number === 'perl';
  return (
    named &&
    variants.every((variant) =>
      /^(alpine(3\.\d+)?|slim|perl|otel|bookworm|bullseye|buster|trixie)$/.test(variant),
    )
  );
}
