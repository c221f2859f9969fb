import { isOutOfMemory, runOutOfMemory } from './out-of-memory';
import { Ended, Interrupted, type Process, type Program } from './process';
import { statusOf } from './signal-rules';

/** Runs a program to its end, and ends its process in the way it ended: by its code, a signal, or a fault. */
export async function runProgram(process: Process, program: Program): Promise<void> {
  try {
    const code = await program(process);
    process.end({ code: code & 255 });
  } catch (error) {
    if (error instanceof Ended || process.status) return;
    if (error instanceof Interrupted) {
      process.end(statusOf(error.signal));
      return;
    }
    if (isOutOfMemory(error)) {
      runOutOfMemory(process);
      return;
    }
    process.system.processes.onError(error);
    process.end(statusOf('SEGV'));
  }
}
