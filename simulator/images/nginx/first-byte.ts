import type { NetworkStream } from '../../runtime/container-runtime';

/** The first byte that comes, without taking it away: undefined at the end. */
export async function firstByte(
  stream: NetworkStream,
): Promise<{ byte: number | undefined; stream: NetworkStream }> {
  const reader = stream.readable[Symbol.asyncIterator]();
  const first = await reader.next();
  let given = false;
  const next = async (): Promise<IteratorResult<Uint8Array>> => {
    if (given) return reader.next();
    given = true;
    return first;
  };
  return {
    byte: first.done ? undefined : first.value[0],
    stream: {
      readable: { [Symbol.asyncIterator]: () => ({ next, return: () => reader.return?.() ?? next() }) },
      writable: stream.writable,
      destroy: () => stream.destroy(),
    },
  };
}
