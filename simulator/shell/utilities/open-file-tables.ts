import type { Process } from '../../runtime/process';
import { utility } from './utility';

/** Processes of this namespace whose files the caller may see: its own, or all as the superuser. */
function visible(self: { process: Process }): Process[] {
  const { uid, system } = self.process;
  return system.processes.list().filter((each) => !each.status && (uid === 0 || uid === each.uid));
}

export const lsof = utility('lsof', '\n\nShow all open files', async (self) => {
  for (const each of visible(self)) {
    for (const file of each.fds.values())
      await self.print(`${each.pid}\t${each.executable || each.name}\t${file.path}\n`);
  }
});

export const fuser = utility('fuser', '[-msk46] [-SIGNAL] FILE or PORT/PROTO', async (self) => {
  const options = self.options('msk46');
  if (options.operands.length === 0) throw self.usageFault();
  const { files, network } = self.process;
  const found = new Set<Process>();
  for (const operand of options.operands) {
    const port = /^(\d+)\/(tcp|udp)$/.exec(operand);
    if (port) {
      const holders = network
        .sockets()
        .filter((socket) => socket.protocol === port[2] && socket.local.port === Number(port[1]))
        .map((socket) => socket.owner?.pid);
      for (const each of visible(self)) if (holders.includes(each.pid)) found.add(each);
      continue;
    }
    let path: string;
    try {
      path = files.realpath(operand);
    } catch {
      self.status = 1;
      continue;
    }
    for (const each of visible(self))
      if (
        each.executable === path ||
        each.cwd === path ||
        [...each.fds.values()].some((file) => file.path === path)
      )
        found.add(each);
  }
  if (found.size === 0) return 1;
  if (options.has('k')) for (const each of found) self.process.kill(each.pid, 'KILL');
  if (!options.has('s')) await self.print(`${[...found].map(({ pid }) => pid).join(' ')}\n`);
  return self.status;
});
