import { Interrupted, type Process } from '../../runtime/process';
import type { Parser } from './parsers';
import type { LogRecord } from './record';

/** Where an input's records go, and what it may log. */
export interface InputHost {
  process: Process;
  parsers: ReadonlyMap<string, Parser>;
  emit(record: LogRecord): void;
  log(level: string, text: string): void;
  /** The input has come to its end, and the engine with it. */
  exit(): void;
}

/** A wait that handled signals do not end. */
export async function pause(process: Process, ms: number): Promise<void> {
  const until = process.clock.now() + ms;
  for (;;) {
    try {
      return await process.sleep(Math.max(0, until - process.clock.now()));
    } catch (error) {
      if (!(error instanceof Interrupted)) throw error;
    }
  }
}
