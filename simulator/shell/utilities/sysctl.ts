import { decode } from '../../files/byte-string';
import { errorText } from '../../files/error-text';
import { FileError } from '../../files/file-system';
import { type Utility, utility } from './utility';

const root = '/proc/sys';

/** BusyBox sysctl: reads /proc/sys, and writes to it where it may. */
export const sysctl = utility('sysctl', '[-enq] { -a | [-w] KEY[=VALUE]... }', async (self) => {
  const options = self.options('neaAwq');
  const keys = options.has('a') || options.has('A') ? namesUnder(self, root) : options.operands;
  if (keys.length === 0) throw self.usageFault();
  for (const key of keys) {
    const [name = '', ...rest] = key.split('=');
    const value = rest.length > 0 || key.includes('=') ? rest.join('=') : undefined;
    if (options.has('w') && value === undefined) self.fail(`error: '${key}' must be of the form name=value`);
    const shown = name.replaceAll('/', '.');
    const path = `${root}/${name.replaceAll('.', '/')}`;
    try {
      if (value !== undefined) {
        const fd = self.process.addFd(await self.process.open(path, 'w'));
        await self.process.write(fd, `${value}\n`);
        self.process.closeFd(fd);
      }
      const lines =
        value === undefined ? decode(self.process.files.readFile(path)).trimEnd().split('\n') : [value];
      if (value !== undefined && options.has('q')) continue;
      for (const line of lines) await self.print(options.has('n') ? `${line}\n` : `${shown} = ${line}\n`);
    } catch (error) {
      if (!(error instanceof FileError)) throw error;
      self.status = 1;
      if (error.code === 'ENOENT' && options.has('e')) continue;
      const why =
        error.code === 'ENOENT'
          ? `error: '${shown}' is an unknown key`
          : `error ${value === undefined ? 'reading' : 'setting'} key '${shown}': ${errorText(error)}`;
      await self.warn(why);
    }
  }
  return self.status;
});

function namesUnder(self: Utility, folder: string): string[] {
  return self.process.files.list(folder).flatMap((name) => {
    const path = `${folder}/${name}`;
    if (self.process.files.stat(path).type === 'directory') return namesUnder(self, path);
    return [path.slice(root.length + 1)];
  });
}
