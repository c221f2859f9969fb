import type { Program } from '../../runtime/process';
import { sh } from '../sh';
import { fallocate, shred } from './allocation';
import { tar } from './archive';
import { awk } from './awk';
import { bc } from './bc';
import { strings, xxd } from './binary-text';
import { cat, fold, nl, rev, tac, tee } from './cat';
import { cksum, sum } from './checksums';
import { cmp, comm } from './compare';
import { cp, mv } from './copy';
import { dc } from './dc';
import { diff } from './diff';
import { echo } from './echo';
import { base64, dd, md5sum, sha1sum, sha256sum, sha512sum } from './encodings';
import { expr } from './expr';
import { ln, mkdir, mkfifo, mktemp, rm, rmdir, touch, truncate } from './file-changes';
import { chgrp, chmod, chown } from './file-rights';
import { find } from './find';
import { egrep, fgrep, grep } from './grep';
import { gunzip, gzip, zcat } from './gzip';
import { head, tail } from './head-tail';
import { cut, paste, seq, uniq, wc, yes } from './lines';
import { install, link, unlink } from './links';
import { ls } from './ls';
import {
  arch,
  clear,
  date,
  df,
  dmesg,
  free,
  groups,
  hostname,
  id,
  mount,
  nproc,
  reset,
  stty,
  sync,
  tty,
  uname,
  uptime,
  which,
  whoami,
} from './machine';
import { mountpoint } from './mountpoint';
import { networkApplets } from './network';
import { hostid, logger, logname, notSimulated } from './not-simulated';
import { cal, factor, shuf } from './numbers';
import { hd, hexdump, od } from './octal-dump';
import { fuser, lsof } from './open-file-tables';
import { less, more } from './pager';
import { basename, dirname, du, pwd, readlink, realpath, stat } from './paths';
import { printf } from './printf';
import { kill, killall, pgrep, pidof, pkill, ps } from './processes';
import { env, nice, nohup, printenv, setsid, sleep, time, timeout, usleep, watch, xargs } from './running';
import { sed } from './sed';
import { sort } from './sort';
import { split } from './split';
import { su } from './su';
import { sysctl } from './sysctl';
import { dos2unix, expand, unexpand, unix2dos } from './tabs';
import { test } from './test';
import { top } from './top';
import { tr } from './translate';
import { tree } from './tree';
import { ofBusybox, version } from './utility';
import { vi } from './vi/vi';
import { last, w, who } from './who';

/** The programs of BusyBox by name. */
export const applets: Record<string, Program | undefined> = Object.assign(Object.create(null), {
  ...networkApplets,
  ...notSimulated,
  bc,
  cal,
  cksum,
  dc,
  diff,
  dos2unix,
  expand,
  expr,
  factor,
  fallocate,
  fuser,
  hostid,
  install,
  link,
  logger,
  logname,
  last,
  lsof,
  shred,
  shuf,
  split,
  strings,
  sum,
  tree,
  unexpand,
  unix2dos,
  unlink,
  xxd,
  '[': test,
  '[[': test,
  ash: sh,
  awk,
  false: () => 1,
  more,
  less,
  sh,
  tar,
  gzip,
  gunzip,
  zcat,
  md5sum,
  sha1sum,
  sha256sum,
  sha512sum,
  base64,
  hd,
  hexdump,
  od,
  dd,
  true: () => 0,
  arch,
  basename,
  cat,
  chgrp,
  chmod,
  chown,
  clear,
  cmp,
  comm,
  cp,
  cut,
  date,
  df,
  dirname,
  dmesg,
  du,
  echo,
  egrep,
  env,
  fgrep,
  find,
  fold,
  free,
  grep,
  groups,
  head,
  hostname,
  id,
  kill,
  killall,
  ln,
  ls,
  mkdir,
  mkfifo,
  mktemp,
  mount,
  mountpoint,
  mv,
  nice,
  nl,
  nohup,
  nproc,
  paste,
  pgrep,
  pidof,
  pkill,
  printenv,
  printf,
  ps,
  pwd,
  readlink,
  realpath,
  reset,
  rev,
  rm,
  rmdir,
  sed,
  seq,
  setsid,
  sleep,
  sort,
  stat,
  stty,
  su,
  sync,
  sysctl,
  tac,
  tail,
  tee,
  test,
  time,
  timeout,
  top,
  touch,
  tr,
  truncate,
  tty,
  uname,
  uniq,
  uptime,
  usleep,
  vi,
  w,
  watch,
  wc,
  which,
  who,
  whoami,
  xargs,
  yes,
});

/** The multi-call binary: the applet that argv[0], else the first argument, names. */
export const busybox: Program = async (process) => {
  ofBusybox.add(process);
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
