import { FileError } from '../files/file-system';
import type { OpenFile } from '../files/open-file';
import type { Terminal } from '../files/terminal';
import type { ByteSink, ByteSource } from './container-runtime';

/** Bytes taken from a pipe at once. */
const readSize = 64 * 1024;

/** Reads a description to its end, waiting as poll(2) does; leaving early releases it. */
export function sourceOf(file: OpenFile): ByteSource {
  return {
    async *[Symbol.asyncIterator]() {
      try {
        for (;;) {
          const chunk = file.read(readSize);
          if (chunk === undefined) await ready(file, 'read');
          else if (chunk.length === 0) return;
          else yield chunk;
        }
      } finally {
        file.release();
      }
    },
  };
}

/** Writes to a description; a reader that has gone makes it reject with FileError EPIPE. Ends by releasing it. */
export function sinkOf(file: OpenFile): ByteSink {
  let open = true;
  return {
    async write(chunk) {
      let rest = chunk;
      while (open && rest.length > 0) {
        rest = rest.subarray(file.write(rest));
        if (rest.length > 0) await ready(file, 'write');
      }
      if (!open) throw new FileError('EPIPE', file.path);
    },
    end() {
      if (!open) return;
      open = false;
      file.release();
    },
  };
}

/** Calls `take` with everything that comes, at once, until the end of file. */
export function drain(file: OpenFile, take: (chunk: Uint8Array) => void): () => void {
  let done = false;
  let stop: () => void = () => undefined;
  const finish = () => {
    if (done) return;
    done = true;
    stop();
    file.release();
  };
  const pump = () => {
    if (done) return;
    for (;;) {
      const chunk = file.read(readSize);
      if (chunk === undefined) return;
      if (chunk.length === 0) return finish();
      take(chunk);
    }
  };
  stop = file.onReady('read', pump);
  pump();
  return pump;
}

/** What a terminal shows, until `ended` resolves and everything was read. */
export function terminalOutput(terminal: Terminal, ended: Promise<unknown>): ByteSource {
  let over = false;
  const wakes = new Set<() => void>();
  void ended.then(() => {
    over = true;
    for (const wake of wakes) wake();
  });
  return {
    async *[Symbol.asyncIterator]() {
      for (;;) {
        const chunk = terminal.takeOutput();
        if (chunk) {
          yield chunk;
          continue;
        }
        if (over) return;
        await new Promise<void>((resolve) => {
          const stop = terminal.onOutput(wake);
          function wake() {
            stop();
            wakes.delete(wake);
            resolve();
          }
          wakes.add(wake);
        });
      }
    },
  };
}

/** Keys for a terminal. Its end is no end of file: ^D is a key like others. */
export function terminalInput(terminal: Terminal): ByteSink {
  return {
    write: async (chunk) => {
      for (let rest = chunk.subarray(terminal.input(chunk)); rest.length > 0; ) {
        await terminal.room();
        rest = rest.subarray(terminal.input(rest));
      }
    },
    end: () => undefined,
  };
}

function ready(file: OpenFile, direction: 'read' | 'write'): Promise<void> {
  return new Promise((resolve) => {
    const stop = file.onReady(direction, () => {
      stop();
      resolve();
    });
  });
}
