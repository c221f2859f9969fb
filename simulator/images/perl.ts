import { nativeExecutable } from '../files/volume-tree';
import type { Process, Program } from '../runtime/process';
import { buildDebian } from './base/debian-root';
import { defaultPath, type Image } from './image';
import { packageRefusal } from './package-refusal';

const version = '5.40.2';
/** More digits than this take too long. */
const mostDigits = 20_000;

interface Arguments {
  script: string | undefined;
  newlines: boolean;
  modules: string[];
}

/** perl, as far as calculations go that are printed by -e: anything else is refused. */
const perl: Program = async (process) => {
  const [first] = process.argv.slice(1);
  if (first === '-v' || first === '--version') {
    await process.write(
      1,
      `\nThis is perl 5, version 40, subversion 2 (v${version}) built for x86_64-linux-gnu\n\n`,
    );
    return 0;
  }
  const given = parse(process.argv.slice(1));
  if (given?.script === undefined) return refuse(process);
  for (const statement of given.script.split(';').map((each) => each.trim())) {
    if (statement === '') continue;
    const text = printed(statement, given);
    if (text === undefined) return refuse(process);
    await process.write(1, given.newlines ? `${text}\n` : text);
  }
  return 0;
};

async function refuse(process: Process): Promise<number> {
  await process.write(
    2,
    'perl: The embedded cluster simulates perl only to print texts, numbers and bpi(N) by -e; use a kind cluster for more.\n',
  );
  return 255;
}

/** `-Mbignum=bpi -wle SCRIPT`; undefined for options beyond that. */
function parse(args: readonly string[]): Arguments | undefined {
  const given: Arguments = { script: undefined, newlines: false, modules: [] };
  for (let at = 0; at < args.length; at++) {
    const arg = args[at] ?? '';
    if (arg.startsWith('-M')) given.modules.push(arg.slice(2));
    else if (/^-[wlE]*[eE]?$/.test(arg) && arg !== '-') {
      if (arg.includes('l')) given.newlines = true;
      if (/[eE]$/.test(arg)) given.script = args[++at] ?? '';
    } else return undefined;
  }
  return given;
}

/** What `print LIST` prints; undefined when it is beyond what is simulated. */
function printed(statement: string, { modules }: Arguments): string | undefined {
  const [, list = ''] =
    /^print\s*\(?\s*(.+?)\s*\)?$/s.exec(
      statement.replace(/\)$/, (end) => (/^print\s*\(/.test(statement) ? '' : end)),
    ) ?? [];
  const [, digits] = /^bpi\(\s*(\d+)\s*\)?$/.exec(list) ?? [];
  if (digits !== undefined) {
    const known = modules.some((each) => /^big(num|float|rat)=.*bpi/.test(each));
    return known && Number(digits) <= mostDigits ? pi(Number(digits)) : undefined;
  }
  if (/^\d+(\.\d+)?$/.test(list)) return String(Number(list));
  const [, text] = /^"([^"$@\\]|\\[nt"\\])*"$/.test(list)
    ? [list, list.slice(1, -1)]
    : (/^'([^'\\]*)'$/.exec(list) ?? []);
  return text?.replace(/\\([nt"\\])/g, (_whole, letter: string) => ({ n: '\n', t: '\t' })[letter] ?? letter);
}

/** π with so many significant digits, rounded (Machin's formula). */
function pi(digits: number): string {
  if (digits <= 1) return '3';
  const guard = 10;
  const unity = 10n ** BigInt(digits + guard);
  const arctangent = (inverse: bigint): bigint => {
    let term = unity / inverse;
    let sum = term;
    for (let n = 3n; term !== 0n; n += 2n) {
      term = -term / (inverse * inverse);
      sum += term / n;
    }
    return sum;
  };
  const value = 4n * (4n * arctangent(5n) - arctangent(239n));
  const cut = 10n ** BigInt(guard + 1);
  const text = String((value + cut / 2n) / cut);
  return `3.${text.slice(1)}`;
}

/** The perl image, on Debian. */
export function perlImage(applets: readonly string[]): Image {
  return {
    name: 'perl',
    repositories: ['library/perl'],
    hasTag: (tag) =>
      /^(latest|stable|devel|5|5\.\d{2}(\.\d+)?)(-(slim|bookworm|bullseye|trixie|threaded))*$/.test(tag),
    sizeBytes: 336_000_000,
    config: () => ({
      entrypoint: [],
      cmd: [`perl${version}`, '-de0'],
      env: { PATH: defaultPath },
      workingDir: '/usr/src/app',
      user: '',
    }),
    build: (root) => {
      buildDebian(root, applets, { extra: ['curl', 'ps', 'wget'] });
      for (const name of ['perl', `perl${version}`])
        root.write(`/usr/local/bin/${name}`, nativeExecutable('perl'), { mode: 0o755 });
      root.mkdir('/usr/src/app');
    },
    programs: { perl, apt: packageRefusal('apt') },
  };
}
