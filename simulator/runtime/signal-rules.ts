import { FileError } from '../files/file-system';
import { type ExitStatus, type Process, type SignalName, signalNumbers } from './process';

/** signal(7): what a process that says nothing does not notice. */
export const ignoredByDefault: ReadonlySet<SignalName> = new Set(['CHLD', 'CONT', 'URG', 'WINCH']);

export const stopsByDefault: ReadonlySet<SignalName> = new Set(['STOP', 'TSTP', 'TTIN', 'TTOU']);

/** The end by a signal: 128+n. */
export function statusOf(signal: SignalName): ExitStatus {
  return { code: 128 + signalNumbers[signal], signal };
}

/** `TERM`, `SIGTERM` or `15`, in any case; 0 is the question whether the process is there. */
export function parseSignal(text: string): SignalName | 0 | undefined {
  if (/^\d+$/.test(text)) {
    const number = Number(text);
    return number === 0
      ? 0
      : (Object.keys(signalNumbers) as SignalName[]).find((name) => signalNumbers[name] === number);
  }
  const name = text.toUpperCase().replace(/^SIG/, '');
  if (name === 'CLD') return 'CHLD';
  if (name === 'IO') return 'POLL';
  if (name === 'EXIT') return 0;
  return name in signalNumbers ? (name as SignalName) : undefined;
}

/** kill(2): whom a pid argument means. */
function signalTargets(sender: Process, pid: number): Process[] {
  const all = sender.system.processes.list();
  if (pid > 0) return all.filter((process) => process.pid === pid);
  if (pid === 0) return all.filter((process) => process.group === sender.group);
  if (pid === -1) return all.filter((process) => process.pid !== 1 && process !== sender);
  return all.filter((process) => process.group === -pid);
}

/** kill(2): the same user, or CAP_KILL. */
function mayKill(sender: Process, target: Process): boolean {
  const privileged = sender.uid === 0 && (sender.system.capabilities?.has('KILL') ?? true);
  return privileged || sender.uid === target.uid;
}

/** kill(2). Throws FileError ESRCH (nobody there), EPERM (none of them its own); signal 0 only asks. */
export function sendSignal(sender: Process, pid: number, signal: SignalName | 0): void {
  const targets = signalTargets(sender, pid);
  if (targets.length === 0) throw new FileError('ESRCH', String(pid));
  const allowed = targets.filter((target) => mayKill(sender, target));
  if (allowed.length === 0) throw new FileError('EPERM', String(pid));
  if (signal !== 0) for (const target of allowed) target.signal(signal, false, sender.pid);
}
