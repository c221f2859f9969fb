import { describe, expect, it } from 'vitest';
import type { NetworkError } from './namespace';
import { connectionPair } from './tcp-connection';

/** What one end reads until the other's end, or the code of the fault. */
async function read(source: AsyncIterable<Uint8Array>): Promise<string> {
  let text = '';
  try {
    for await (const part of source) text += Buffer.from(part).toString();
  } catch (error) {
    return (error as NetworkError).code;
  }
  return text;
}

describe('a connection that one side destroys', () => {
  const address = (port: number) => ({ address: '10.0.0.1', port });

  it.each([
    ['after its end: what was sent arrives', true, 'hi'],
    ['before its end: it is reset', false, 'ECONNRESET'],
  ])('%s', async (_when, ends, said) => {
    const { client, server } = connectionPair(address(1), address(2));
    await server.writable.write(Buffer.from('hi'));
    if (ends) server.writable.end();
    server.destroy();
    expect(await read(client.readable)).toBe(said);
  });
});
