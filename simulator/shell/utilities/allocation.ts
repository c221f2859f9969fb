import { randomFillSync } from 'node:crypto';
import { count } from './head-tail';
import { utility } from './utility';

/** fallocate: room for a file, which reads as zeros. */
export const fallocate = utility(
  'fallocate',
  '[-o OFS] -l LEN FILE\n\nPreallocate space for FILE',
  async (self) => {
    const options = self.options('l:o:', { length: 'l', offset: 'o' });
    const [path] = options.operands;
    const length = options.value('l');
    if (path === undefined || length === undefined) throw self.usageFault();
    const start = count(self, options.value('o') ?? '0');
    const bytes = count(self, length);
    if (bytes === 0) self.fail(`number ${length} is not in 1..9223372036854775807 range`);
    const fd = self.process.addFd(await self.process.open(path, 'w+n'));
    try {
      const file = self.process.fds.get(fd);
      const zeros = new Uint8Array(65_536);
      // What is there stays: only the room behind it is taken.
      let at = Math.max(start, file?.stat().size ?? 0);
      file?.seek(at, 'start');
      while (at < start + bytes) {
        const part = zeros.subarray(0, Math.min(zeros.length, start + bytes - at));
        await self.process.write(fd, part);
        at += part.length;
      }
    } finally {
      self.process.closeFd(fd);
    }
    return 0;
  },
);

/** shred: writes over files, and with -u removes them. */
export const shred = utility(
  'shred',
  '[-fuz] [-n N] [-s SIZE] FILE...\n\nOverwrite/delete FILEs',
  async (self) => {
    const options = self.options('fuzn:s:', { remove: 'u', zero: 'z', force: 'f', iterations: 'n' });
    if (options.operands.length === 0) throw self.usageFault();
    const rounds = count(self, options.value('n') ?? '3');
    const { process } = self;
    for (const path of options.operands) {
      try {
        for (let round = 0; round < Math.min(rounds, 3) + (options.has('z') ? 1 : 0); round++) {
          const fd = process.addFd(process.files.open(path, 'r+'));
          const size = options.has('s')
            ? count(self, options.value('s') as string)
            : process.files.stat(path).size;
          const zeros = round === Math.min(rounds, 3);
          for (let at = 0; at < size; at += 65_536) {
            const part = new Uint8Array(Math.min(65_536, size - at));
            await process.write(fd, zeros ? part : randomFillSync(part));
          }
          process.closeFd(fd);
        }
        if (options.has('u')) process.files.unlink(path);
      } catch (error) {
        await self.warnError(`can't open '${path}'`, error);
      }
    }
    return self.status;
  },
);
