import { inputs } from './cat';
import { utility } from './utility';

/** CRC of POSIX cksum: polynomial 0x04c11db7, most significant bit first. */
const table = Uint32Array.from({ length: 256 }, (_, index) => {
  let value = index << 24;
  for (let bit = 0; bit < 8; bit++) value = value & 0x8000_0000 ? (value << 1) ^ 0x04c1_1db7 : value << 1;
  return value >>> 0;
});

export const cksum = utility('cksum', 'FILE...\n\nCalculate CRC32 checksum of FILEs', async (self) => {
  const { operands } = self.options('');
  for await (const { path, file } of inputs(self, operands)) {
    let crc = 0;
    let length = 0;
    const add = (byte: number) => {
      crc = (crc << 8) ^ (table[((crc >>> 24) ^ byte) & 255] as number);
    };
    for await (const chunk of self.chunks(file)) {
      length += chunk.length;
      for (let i = 0; i < chunk.length; i++) add(chunk.charCodeAt(i));
    }
    for (let rest = length; rest > 0; rest = Math.floor(rest / 256)) add(rest & 255);
    await self.print(`${~crc >>> 0} ${length}${operands.length > 0 ? ` ${path}` : ''}\n`);
  }
});

export const sum = utility('sum', '[-rs] [FILE]...\n\nChecksum and count the blocks', async (self) => {
  const options = self.options('rs');
  const systemFive = options.has('s');
  for await (const { path, file } of inputs(self, options.operands)) {
    let total = 0;
    let length = 0;
    for await (const chunk of self.chunks(file)) {
      length += chunk.length;
      for (let i = 0; i < chunk.length; i++) {
        const byte = chunk.charCodeAt(i);
        total = systemFive ? total + byte : (((total >> 1) | ((total & 1) << 15)) + byte) & 0xffff;
      }
    }
    const name = options.operands.length > 0 ? ` ${path}` : '';
    if (systemFive) {
      const folded = (total & 0xffff) + Math.floor(total / 65_536);
      const value = (folded & 0xffff) + (folded >> 16);
      await self.print(`${value} ${Math.ceil(length / 512)}${name}\n`);
    } else
      await self.print(
        `${String(total).padStart(5, '0')} ${String(Math.ceil(length / 1024)).padStart(5)}${name}\n`,
      );
  }
});
