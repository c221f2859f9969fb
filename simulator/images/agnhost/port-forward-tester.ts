import { NetworkError } from '../../network/namespace';
import type { Process } from '../../runtime/process';
import { addressOf } from '../../shell/utilities/network-names';

/** Between the end of its own direction and of the whole connection. */
const lingerMs = 500;
const mostChunk = 16 * 1024 * 1024;

/** `agnhost port-forward-tester`: takes one connection, reads what it expects, and writes chunks, as its environment says. */
export async function portForwardTester(process: Process): Promise<number> {
  const { env } = process;
  const say = (text: string) => process.write(1, `${text}\n`);
  const fail = async (text: string, code: number) => {
    await say(text);
    return code;
  };
  const host = env.get('BIND_ADDRESS') || 'localhost';
  const address = await addressOf(process, host);
  if (address === undefined) return fail(`Error resolving: lookup ${host}: no such host`, 1);
  const numbers: Record<string, number> = {};
  for (const name of ['CHUNKS', 'CHUNK_SIZE', 'CHUNK_INTERVAL']) {
    const text = env.get(name) ?? '';
    if (!/^-?\d+$/.test(text))
      return fail(
        `Error parsing ${name} ${JSON.stringify(text)}: strconv.Atoi: parsing ${JSON.stringify(text)}: invalid syntax`,
        1,
      );
    numbers[name] = Number(text);
  }
  const { CHUNKS = 0, CHUNK_SIZE = 0, CHUNK_INTERVAL = 0 } = numbers;
  if (CHUNK_SIZE < 0 || CHUNK_SIZE > mostChunk)
    return fail(
      `The embedded cluster does not simulate chunks of more than ${mostChunk} bytes, or less than none; use a kind cluster for that.`,
      1,
    );
  const port = env.get('BIND_PORT') ?? '';
  if (!/^\d{0,5}$/.test(port) || Number(port) > 65_535)
    return fail(`Error listening: listen tcp: address ${port}: invalid port`, 1);
  let listener: ReturnType<Process['network']['listen']>;
  try {
    listener = process.network.listen(Number(port), address);
  } catch (error) {
    if (!(error instanceof NetworkError)) throw error;
    return fail(`Error listening: listen tcp: bind: ${error.message.toLowerCase()}`, 1);
  }
  const connection = await process.until(listener.accept());
  if (!connection) return 1;
  await say('Accepted client connection');
  try {
    const expected = env.get('EXPECTED_CLIENT_DATA') ?? '';
    if (expected !== '') {
      const got = await process.until(firstBytes(connection.readable, expected.length));
      if (got.length !== expected.length)
        return fail(
          `Expected to read ${expected.length} bytes from client, but got ${got.length} instead. err=EOF`,
          2,
        );
      if (got !== expected)
        return fail(
          `Expect to read ${JSON.stringify(expected)}, but got ${JSON.stringify(got)}. err=<nil>`,
          3,
        );
      await say('Received expected client data');
    }
    for (let left = CHUNKS; left > 0; left--) {
      await process.until(connection.writable.write(Buffer.alloc(CHUNK_SIZE, 'x')));
      if (left > 1) await process.sleep(CHUNK_INTERVAL);
    }
  } catch (error) {
    if (!(error instanceof NetworkError)) throw error;
    return fail(
      `Expected to write ${CHUNK_SIZE} bytes from client, but wrote 0 instead. err=${error.message.toLowerCase()}`,
      4,
    );
  }
  await say('Shutting down connection');
  connection.writable.end();
  await process.sleep(lingerMs);
  connection.close();
  return fail('Done', 0);
}

/** What the first read brings, at most `count` bytes. */
async function firstBytes(readable: AsyncIterable<Uint8Array>, count: number): Promise<string> {
  const { done, value } = await readable[Symbol.asyncIterator]().next();
  return done ? '' : Buffer.from(value.subarray(0, count)).toString('latin1');
}
