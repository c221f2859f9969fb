import { nativeExecutable } from '../../files/volume-tree';
import type { Program } from '../../runtime/process';
import { buildAlpine } from '../base/alpine-root';
import { buildDebian } from '../base/debian-root';
import { defaultPath, type Image } from '../image';
import { packageRefusal } from '../package-refusal';
import { httpServer } from './http-server';

/** Newest patch release of each line. */
const releases: Record<string, string> = {
  '3.9': '3.9.24',
  '3.10': '3.10.19',
  '3.11': '3.11.14',
  '3.12': '3.12.12',
  '3.13': '3.13.9',
  '3.14': '3.14.0',
};

function version(tag: string): string {
  const [number = ''] = tag.split('-');
  return releases[number] ?? (/^3\.\d+\.\d+$/.test(number) ? number : '3.14.0');
}

/** python, as far as it is a web server: other modules and scripts are refused. */
const python =
  (release: string): Program =>
  async (process) => {
    const args = process.argv.slice(1).filter((arg) => arg !== '-u');
    if (process.argv.includes('-u')) process.env.set('PYTHONUNBUFFERED', '1');
    if (args[0] === '-V' || args[0] === '--version') {
      await process.write(1, `Python ${release}\n`);
      return 0;
    }
    if (args[0] === '-m' && args[1] === 'http.server') return httpServer(process, args.slice(2), release);
    await process.write(
      2,
      'python: The embedded cluster simulates "python -m http.server" alone; use a kind cluster for scripts and other modules.\n',
    );
    return 1;
  };

/** The python image, on Debian or Alpine as the tag says. */
export function pythonImage(applets: readonly string[]): Image {
  const refused = { apk: packageRefusal('apk'), apt: packageRefusal('apt'), pip: packageRefusal('pip') };
  const programs: Record<string, Program> = { ...refused };
  return {
    name: 'python',
    repositories: ['library/python'],
    hasTag: (tag) =>
      /^(latest|3|3\.(9|1[0-4])(\.\d+)?)?(-?(slim|alpine(3\.\d+)?))?(-?(bookworm|trixie|bullseye))?$/.test(
        tag,
      ) && tag !== '',
    sizeBytes: 48_000_000,
    config: (tag) => ({
      entrypoint: [],
      cmd: ['python3'],
      env: { PATH: `/usr/local/bin:${defaultPath}`, PYTHON_VERSION: version(tag) },
      workingDir: '/',
      user: '',
    }),
    build: (root, tag) => {
      if (tag.includes('alpine')) buildAlpine(root, applets, '3.22.2');
      else buildDebian(root, applets, tag.includes('slim') ? {} : { extra: ['curl', 'wget', 'ps'] });
      const release = version(tag);
      root.write('/usr/local/bin/python3', nativeExecutable(`python-${release}`), { mode: 0o755 });
      root.symlink('python3', '/usr/local/bin/python');
      root.write('/usr/local/bin/pip', nativeExecutable('pip'), { mode: 0o755 });
      programs[`python-${release}`] ??= python(release);
    },
    programs,
  };
}
