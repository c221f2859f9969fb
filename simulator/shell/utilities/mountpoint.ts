import { UtilityFault, utility } from './utility';

/** BusyBox mountpoint: says whether a directory is one; -q says nothing, -d its device. */
export const mountpoint = utility('mountpoint', '[-q] { [-dn] DIR | -x DEVICE }', async (self) => {
  const options = self.options('qdnx');
  const [path] = options.operands;
  if (path === undefined) throw self.usageFault();
  const quiet = options.has('q');
  const { files } = self.process;
  if (options.has('x'))
    self.fail('The embedded cluster does not simulate block devices; use a kind cluster for that.');
  const stat = files.tryStat(path);
  if (!stat) {
    if (quiet) return 1;
    throw new UtilityFault(`${path}: No such file or directory`);
  }
  if (stat.type !== 'directory') {
    if (quiet) return 1;
    throw new UtilityFault(`${path}: not a directory`);
  }
  const full = files.realpath(path);
  const mount = files.mounts.mounts.findLast((each) => each.path === full);
  if (options.has('n')) await self.print(`${mount?.root.volume.source ?? 'UNKNOWN'} ${path}\n`);
  else if (options.has('d')) await self.print(`0:${stat.device}\n`);
  else if (!quiet) await self.print(`${path} is ${mount ? '' : 'not '}a mountpoint\n`);
  return mount ? 0 : 1;
});
