import type { OpenFile } from '../files/open-file';
import type { Terminal } from '../files/terminal';
import type { Credentials, Process, SpawnOptions } from './process';

/** What a process is given at its start. */
export interface ProcessBeginning {
  argv: string[];
  env: Map<string, string>;
  cwd: string;
  umask?: number;
  fds: Map<number, OpenFile>;
  credentials: Credentials;
  group: number;
  session: number;
  terminal?: Terminal | undefined;
}

/** fork(2): all that the options do not name is the parent's. */
export function childBeginning(parent: Process, pid: number, options: SpawnOptions): ProcessBeginning {
  return {
    argv: options.argv,
    env: options.env ?? parent.env,
    cwd: options.cwd ?? parent.cwd,
    umask: parent.umask,
    fds: options.fds ?? parent.fds,
    credentials: options.credentials ?? parent,
    group: options.newSession || options.group === 0 ? pid : (options.group ?? parent.group),
    session: options.newSession ? pid : parent.session,
    terminal: options.newSession ? undefined : parent.terminal,
  };
}
