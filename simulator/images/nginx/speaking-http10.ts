import type { NetworkStream } from '../../runtime/container-runtime';

const spoken = Buffer.from(' HTTP/1.1\r\n');

/** A connection whose request says HTTP/1.0, the version that nginx speaks to upstream servers; Node's client knows only 1.1. */
export function speakingHttp10({ readable, writable, destroy }: NetworkStream): NetworkStream {
  let begun = false;
  return {
    readable,
    writable: {
      write: (chunk) => {
        if (begun) return writable.write(chunk);
        begun = true;
        const at = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length).indexOf(spoken);
        if (at < 0) return writable.write(chunk);
        const changed = Uint8Array.from(chunk);
        changed[at + spoken.indexOf('1.1') + 2] = '0'.charCodeAt(0);
        return writable.write(changed);
      },
      end: () => writable.end(),
    },
    destroy,
  };
}
