const newest: Record<string, string> = {
  '18': '18.1',
  '17': '17.7',
  '16': '16.11',
  '15': '15.15',
  '14': '14.20',
  '13': '13.23',
  '12': '12.22',
  '11': '11.22',
  '10': '10.23',
  '9.6': '9.6.24',
};

/** The PostgreSQL that a tag of its image holds: `16-alpine` → 16.11. */
export function version(tag: string): string {
  const [number = 'latest'] = tag.split('-');
  return newest[number] ?? (/^\d+\.\d+(\.\d+)?$/.test(number) ? number : '18.1');
}

export function isAlpine(tag: string): boolean {
  return tag.includes('alpine');
}

/** The repository's naming scheme: a version or a moving name, then variants. */
export function hasTag(tag: string): boolean {
  const [number = '', ...variants] = tag.split('-');
  const named =
    number in newest ||
    /^(1\d\.\d+|9\.6\.\d+)$/.test(number) ||
    /^(latest|alpine(3\.\d+)?|bookworm|bullseye|trixie)$/.test(number);
  return (
    named && variants.every((variant) => /^(alpine(3\.\d+)?|bookworm|bullseye|buster|trixie)$/.test(variant))
  );
}

/** Where the image keeps its data: 18 moved it. */
export function dataFolder(release: string): string {
  const [major = ''] = release.split('.');
  return Number(major) >= 18 ? `/var/lib/postgresql/${major}/docker` : '/var/lib/postgresql/data';
}

/** `PostgreSQL 16.11 on …`: what version() returns. */
export function versionText(release: string, alpine: boolean): string {
  const [system, compiler, build] = alpine
    ? ['x86_64-pc-linux-musl', 'gcc (Alpine 14.2.0) 14.2.0', '']
    : ['x86_64-pc-linux-gnu', 'gcc (Debian 12.2.0-14+deb12u1) 12.2.0', ` (Debian ${release}-1.pgdg12+1)`];
  return `PostgreSQL ${release}${build} on ${system}, compiled by ${compiler}, 64-bit`;
}
