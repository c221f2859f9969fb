import { bashVersion } from '../dialect';
import type { Shell } from '../execute/shell';
import { userName } from '../utilities/users';

/** PS1 with BusyBox' escapes. */
export function prompt(shell: Shell, name: 'PS1' | 'PS2'): string {
  const { process } = shell;
  const home = shell.get('HOME');
  const pwd = shell.get('PWD') ?? process.cwd;
  const short =
    home && home !== '/' && (pwd === home || pwd.startsWith(`${home}/`)) ? `~${pwd.slice(home.length)}` : pwd;
  const replacements: Record<string, string> = {
    w: short,
    W: short === '/' ? '/' : short.slice(short.lastIndexOf('/') + 1),
    h: process.system.hostname.split('.', 1)[0] ?? '',
    H: process.system.hostname,
    u: userName(process, process.uid) ?? String(process.uid),
    $: process.uid === 0 ? '#' : '$',
    n: '\n',
    s: shell.argument0.slice(shell.argument0.lastIndexOf('/') + 1),
    v: bashVersion.replace(/\.\d+\(.*$/, ''),
    '[': '',
    ']': '',
    e: '\x1b',
    '\\': '\\',
  };
  return (shell.get(name) ?? '').replace(/\\(.)/g, (whole, letter: string) => replacements[letter] ?? whole);
}
