/** Newest patch release of each line, and what the moving tags stand for. */
const releases: Record<string, string> = {
  latest: '8.2.3',
  alpine: '8.2.3',
  '8': '8.2.3',
  '8.2': '8.2.3',
  '8.0': '8.0.5',
  '7': '7.4.7',
  '7.4': '7.4.7',
  '7.2': '7.2.12',
  '7.0': '7.0.15',
  '6': '6.2.21',
  '6.2': '6.2.21',
  '6.0': '6.0.20',
  '5': '5.0.14',
  '5.0': '5.0.14',
};

/** The Redis that a tag of its image holds: `7-alpine` → 7.4.7. */
export function version(tag: string): string {
  const [number = 'latest'] = tag.split('-');
  return releases[number] ?? (/^\d+\.\d+\.\d+$/.test(number) ? number : '8.2.3');
}

export function isAlpine(tag: string): boolean {
  return tag.includes('alpine');
}

/** The repository's naming scheme: a version or a moving name, then variants. */
export function hasTag(tag: string): boolean {
  const [number = '', ...variants] = tag.split('-');
  const named =
    number in releases || /^[5-8]\.\d+\.\d+$/.test(number) || /^(bookworm|trixie|bullseye)$/.test(number);
  return (
    named && variants.every((variant) => /^(alpine(3\.\d+)?|bookworm|bullseye|buster|trixie)$/.test(variant))
  );
}

/** Whether it is of that line or newer: `atLeast('7.2.4', 7, 2)`. */
export function atLeast(release: string, major: number, minor = 0): boolean {
  const [a = 0, b = 0] = release.split('.').map(Number);
  return a > major || (a === major && b >= minor);
}
