import type { ContainerLog, LogEntry } from '../runtime/container-runtime';
import type { LogSource } from './node-agent';

/** The end of a container's log, as it is kept over a restart of the node; JSON-serialisable. */
export type KeptLog = { time: number; stream: LogEntry['stream']; text: string }[];

const MOST_LINES = 500;
const MOST_BYTES = 64 * 1024;

/** The last lines of a log: on a real node all of it lies on the disk. */
export function keepLog(log: ContainerLog): KeptLog {
  const { position, skip } = log.tail(MOST_LINES, () => true);
  const lines: LogEntry[] = [];
  for (let at = position; ; ) {
    const { entries, next } = log.readFrom(at);
    if (entries.length === 0) break;
    lines.push(...entries);
    at = next;
  }
  const kept: KeptLog = [];
  let bytes = 0;
  for (const { time, stream, text } of lines.slice(skip).reverse()) {
    bytes += text.length;
    if (bytes > MOST_BYTES) break;
    kept.unshift({ time, stream, text: Buffer.from(text).toString('base64') });
  }
  return kept;
}

/** The log of a container that ended with the restart. */
export function restoredLog(kept: KeptLog): LogSource {
  const lines = kept.map(({ time, stream, text }) => ({ time, stream, text: Buffer.from(text, 'base64') }));
  return {
    phase: 'exited',
    onExit: (run) => run(),
    log: {
      entries: () => lines,
      tail: (count, wanted) => ({ position: 0, skip: Math.max(0, lines.filter(wanted).length - count) }),
      readFrom: (position) => ({ entries: position < 1 ? lines : [], next: 1 }),
      hold: () => () => undefined,
      follow: () => () => undefined,
    },
  };
}
