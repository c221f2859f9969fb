import { constants, createDeflate } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { headerDictionary } from './dictionary';
import { HeaderCodec } from './header-block';

/** What a client compresses, one block after the other. */
async function blocks(...contents: Buffer[]): Promise<Buffer[]> {
  const deflate = createDeflate({ dictionary: headerDictionary });
  let part: Buffer[] = [];
  deflate.on('data', (chunk: Buffer) => part.push(chunk));
  const result: Buffer[] = [];
  for (const content of contents) {
    await new Promise<void>((resolve) =>
      deflate.write(content, () => deflate.flush(constants.Z_SYNC_FLUSH, () => resolve())),
    );
    result.push(Buffer.concat(part));
    part = [];
  }
  return result;
}

describe('the headers of a SPDY connection', () => {
  it('are read back as they were written, block after block', async () => {
    const writer = new HeaderCodec();
    const reader = new HeaderCodec();
    for (let id = 0; id < 30; id++) {
      const headers = { streamtype: 'data', port: '80', requestid: String(id) };
      expect(await reader.decode(await writer.encode(headers))).toEqual(headers);
    }
  });

  it('may not inflate to more than fits, and nothing is read after that', async () => {
    const [small, bomb, later] = await blocks(Buffer.alloc(4), Buffer.alloc(64 * 2 ** 20), Buffer.alloc(4));
    const codec = new HeaderCodec();
    expect(await codec.decode(small ?? Buffer.alloc(0))).toEqual({});
    expect(bomb?.length).toBeLessThan(2 ** 17);
    await expect(codec.decode(bomb ?? Buffer.alloc(0))).rejects.toThrow('header block too large');
    await expect(codec.decode(later ?? Buffer.alloc(0))).rejects.toThrow('header block too large');
    codec.close();
  });

  it('are refused when they are no zlib stream', async () => {
    await expect(new HeaderCodec().decode(Buffer.from('nonsense'))).rejects.toThrow('incorrect header check');
  });
});
