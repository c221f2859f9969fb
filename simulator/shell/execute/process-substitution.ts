import type { Substitution } from '../expand/expander';
import { fork } from './pipelines';
import type { Shell } from './shell';

/** The first descriptor that bash tries for a substitution; the next ones are below it. */
const highestFd = 63;

/** `<(…)`, `>(…)`: starts the command, and gives the path of the other end of its pipe. */
export function startProcess(
  shell: Shell,
  { direction, body }: Extract<Substitution, { type: 'process' }>,
): string {
  const { process } = shell;
  const { reader, writer } = process.pipe();
  const [own, others] = direction === '<' ? [reader, writer] : [writer, reader];
  const fds = new Map(process.fds).set(direction === '<' ? 1 : 0, others);
  try {
    const child = fork(shell, body ?? { type: 'list', items: [] }, { fds });
    void child.exited.then(() => process.wait(child)).catch(() => undefined);
  } catch (error) {
    own.release();
    throw error;
  } finally {
    others.release();
  }
  let fd = highestFd;
  while (fd > 9 && process.fds.has(fd)) fd--;
  process.addFd(own, fd);
  shell.processFds.push(fd);
  return `/dev/fd/${fd}`;
}

/** A command is done with the substitutions that came after the first `held`. */
export function closeProcesses(shell: Shell, held: number): void {
  while (shell.processFds.length > held) shell.process.closeFd(shell.processFds.pop() as number);
}
