import type { Program } from '../../runtime/process';
import { sh } from '../sh';
import { cat, fold, nl, rev, tac, tee } from './cat';
import { echo } from './echo';
import { head, tail } from './head-tail';
import { printf } from './printf';
import { test } from './test';
import { version } from './utility';

/** The programs of BusyBox by name. */
export const applets: Record<string, Program | undefined> = Object.assign(Object.create(null), {
  '[': test,
  '[[': test,
  ash: sh,
  cat,
  echo,
  false: () => 1,
  fold,
  head,
  nl,
  printf,
  rev,
  sh,
  tac,
  tail,
  tee,
  test,
  true: () => 0,
});

/** The multi-call binary: the applet that argv[0], else the first argument, names. */
export const busybox: Program = async (process) => {
  const path = (process.argv[0] ?? 'busybox').replace(/^-/, '');
  const name = path.slice(path.lastIndexOf('/') + 1);
  const own = name === 'busybox' ? undefined : applets[name];
  if (own) return own(process);
  const applet = process.argv[1];
  if (applet === undefined || applet === '--help') {
    const list = Object.keys(applets).sort().join(', ');
    await process.write(
      1,
      `${version}\nUsage: busybox [function [arguments]...]\n   or: busybox --list\n\nCurrently defined functions:\n\t${list}\n`,
    );
    return 0;
  }
  if (applet === '--list') {
    await process.write(1, `${Object.keys(applets).sort().join('\n')}\n`);
    return 0;
  }
  const program = applets[applet.slice(applet.lastIndexOf('/') + 1)];
  if (!program) {
    await process.write(2, `${applet}: applet not found\n`);
    return 127;
  }
  process.argv = process.argv.slice(1);
  return program(process);
};
