import { joinPath } from './path-names';
import { type Utility, utility } from './utility';

export const tree = utility('tree', '[DIRECTORY]...', async (self) => {
  const total = { directories: 0, files: 0 };
  const roots = self.options('').operands;
  for (const root of roots.length > 0 ? roots : ['.']) {
    if (self.process.files.tryStat(root)?.type !== 'directory') {
      await self.print(`${root} [error opening dir]\n`);
      continue;
    }
    await self.print(`${root}\n`);
    await below(self, root, '', total);
  }
  const plural = (count: number, one: string, many: string) => `${count} ${count === 1 ? one : many}`;
  await self.print(
    `\n${plural(total.directories, 'directory', 'directories')}, ${plural(total.files, 'file', 'files')}\n`,
  );
});

// Byte strings of UTF-8 box drawing.
const bytes = (text: string) => Buffer.from(text).toString('latin1');
const branch = bytes('├── ');
const corner = bytes('└── ');
const trunk = bytes('│   ');

async function below(
  self: Utility,
  directory: string,
  indent: string,
  total: { directories: number; files: number },
): Promise<void> {
  const { files } = self.process;
  const names = files
    .list(directory)
    .filter((name) => !name.startsWith('.'))
    .sort();
  for (const [index, name] of names.entries()) {
    const path = joinPath(directory, name);
    const stat = files.tryStat(path, false);
    const last = index === names.length - 1;
    const target = stat?.type === 'symlink' ? ` -> ${files.readlink(path)}` : '';
    await self.print(`${indent}${last ? corner : branch}${name}${target}\n`);
    if (stat?.type === 'directory') {
      total.directories++;
      try {
        await below(self, path, indent + (last ? '    ' : trunk), total);
      } catch (error) {
        await self.warnError(path, error);
      }
    } else total.files++;
  }
}
