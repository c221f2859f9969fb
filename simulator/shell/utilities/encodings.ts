import { createHash } from 'node:crypto';
import { count } from './head-tail';
import { type Utility, utility } from './utility';

function sum(name: string, algorithm: string) {
  return utility(name, '[-c[sw]] [FILE]...\n\nPrint or check checksums', async (self: Utility) => {
    const options = self.options('cswb');
    const digest = async (path: string): Promise<string | undefined> => {
      const file = await self.open(path);
      if (!file) return undefined;
      const hash = createHash(algorithm);
      try {
        for (let data = await self.readSome(file); data.length > 0; data = await self.readSome(file))
          hash.update(data);
      } catch (error) {
        await self.warnError(`can't read '${path}'`, error);
        return undefined;
      } finally {
        file.release();
      }
      return hash.digest('hex');
    };
    const operands = options.operands.length > 0 ? options.operands : ['-'];
    if (!options.has('c')) {
      for (const path of operands) {
        const text = await digest(path);
        if (text !== undefined) await self.print(`${text}  ${path}\n`);
      }
      return;
    }
    for (const list of operands) {
      const file = await self.open(list);
      if (!file) continue;
      let failed = 0;
      let total = 0;
      for (const line of (await self.readAll(file)).split('\n')) {
        const match = /^([0-9a-f]+) [ *](.*)$/.exec(line);
        if (!match) continue;
        total++;
        const good = (await digest(match[2] as string)) === match[1];
        if (!good) failed++;
        if (!options.has('s') && !(good && options.has('q')))
          await self.print(`${match[2]}: ${good ? 'OK' : 'FAILED'}\n`);
      }
      file.release();
      if (failed > 0) await self.warn(`WARNING: ${failed} of ${total} computed checksums did NOT match`);
    }
  });
}

export const md5sum = sum('md5sum', 'md5');
export const sha1sum = sum('sha1sum', 'sha1');
export const sha256sum = sum('sha256sum', 'sha256');
export const sha512sum = sum('sha512sum', 'sha512');

export const base64 = utility('base64', '[-d] [-w COL] [FILE]', async (self) => {
  const options = self.options('dw:', { decode: 'd', wrap: 'w' });
  const file = await self.open(options.operands[0] ?? '-');
  if (!file) return 1;
  const text = await self.readAll(file);
  file.release();
  if (options.has('d')) {
    // What is no digit of base 64 is passed over.
    const clean = text.replace(/[^A-Za-z0-9+/=]/g, '');
    await self.process.write(1, Buffer.from(clean, 'base64'));
    if (clean.length % 4 !== 0) self.fail('truncated input');
    return 0;
  }
  const width = count(self, options.value('w') ?? '76');
  const encoded = Buffer.from(text, 'latin1').toString('base64');
  if (width === 0) await self.print(encoded);
  else for (let i = 0; i < encoded.length; i += width) await self.print(`${encoded.slice(i, i + width)}\n`);
  return 0;
});

export const dd = utility(
  'dd',
  '[if=FILE] [of=FILE] [bs=N] [count=N] [skip=N] [seek=N] [conv=notrunc]',
  async (self) => {
    const settings = new Map(
      self.args.map((arg) => [arg.slice(0, arg.indexOf('=')), arg.slice(arg.indexOf('=') + 1)]),
    );
    for (const [name, value] of settings) {
      if (!/^(if|of|bs|ibs|obs|count|skip|seek|conv|iflag|oflag|status)$/.test(name)) throw self.usageFault();
      const foreign =
        name === 'conv'
          ? value.split(',').find((each) => !/^(notrunc|fsync|noerror)$/.test(each))
          : undefined;
      if (foreign !== undefined)
        self.fail(
          `The embedded cluster does not simulate conv=${foreign} of dd; use a kind cluster for that.`,
        );
    }
    const number = (name: string) => {
      const text = settings.get(name);
      return text === undefined ? undefined : count(self, text.replace(/MB$/, 'M').replace(/kB$/, 'k'));
    };
    const size = number('bs') ?? number('ibs') ?? 512;
    const blocks = number('count') ?? Number.MAX_SAFE_INTEGER;
    const { process } = self;
    self.process.setMemory(size);
    const source = settings.get('if');
    const target = settings.get('of');
    const input = await self.open(source ?? '-', `can't open '${source}'`);
    if (!input) return 1;
    let fd = 1;
    if (target !== undefined) {
      const keep = settings.get('conv')?.includes('notrunc') || settings.has('seek');
      try {
        fd = process.addFd(await process.open(target, keep ? 'wn' : 'w'));
      } catch (error) {
        await self.warnError(`can't open '${target}'`, error);
        return 1;
      }
      const seek = number('seek');
      if (seek) process.fds.get(fd)?.seek(seek * size, 'start');
    }
    const began = process.clock.now();
    const skip = number('skip');
    if (skip) {
      if (input.kind === 'file') input.seek(skip * size, 'start');
      else
        for (let left = skip * size; left > 0; )
          left -= (await self.readSome(input, Math.min(left, 65_536))).length || left;
    }
    let whole = 0;
    let partial = 0;
    let bytes = 0;
    let failure: unknown;
    copy: while (whole + partial < blocks) {
      let filled = 0;
      while (filled < size) {
        const data = await self.readSome(input, Math.min(size - filled, 65_536));
        if (data.length === 0) break;
        filled += data.length;
        bytes += data.length;
        try {
          await process.write(fd, data);
        } catch (error) {
          failure = error;
          bytes -= data.length;
          break copy;
        }
        if (input.kind !== 'file' && input.kind !== 'device') break;
      }
      if (filled === 0) break;
      if (filled === size) whole++;
      else partial++;
    }
    if (failure) await self.warnError(`error writing '${target ?? 'standard output'}'`, failure);
    const seconds = Math.max(0.000001, (process.clock.now() - began) / 1000);
    if (settings.get('status') !== 'none') {
      const human = (value: number) =>
        value < 1024
          ? `${value}B`
          : value < 1 << 20
            ? `${(value / 1024).toFixed(1)}KB`
            : value < 1 << 30
              ? `${(value / (1 << 20)).toFixed(1)}MB`
              : `${(value / (1 << 30)).toFixed(1)}GB`;
      const records = `${whole}+${partial} records in\n${whole}+${partial} records out\n`;
      const speed =
        settings.get('status') === 'noxfer'
          ? ''
          : `${bytes} bytes (${human(bytes)}) copied, ${seconds.toFixed(6)} seconds, ${human(Math.round(bytes / seconds))}/s\n`;
      await process.write(2, records + speed);
    }
    return failure ? 1 : 0;
  },
);
