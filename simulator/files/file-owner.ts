import type { Credentials, Process } from '../runtime/process';

/** On whose behalf files are touched: rights, umask, working directory. */
export interface FileOwner extends Credentials {
  cwd: string;
  umask: number;
  /** Whether it holds a capability, such as DAC_OVERRIDE. */
  capable(capability: string): boolean;
  /** For /proc/self, /dev/tty and /dev/fd. */
  process?: Process;
}

/** The superuser outside of any process: the runtime itself. */
export const superuser: FileOwner = {
  uid: 0,
  gid: 0,
  groups: [],
  cwd: '/',
  umask: 0o022,
  capable: () => true,
};
