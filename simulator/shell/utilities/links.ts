import { errorText } from '../../files/error-text';
import { FileError } from '../../files/file-system';
import { copyFile } from './copy';
import { parseMode } from './mode-text';
import { baseName, joinPath } from './path-names';
import { findGroup, findUser } from './users';
import { utility } from './utility';

export const link = utility('link', 'FILE LINK\n\nCreate hard LINK to FILE', (self) => {
  const [target, name, more] = self.args;
  if (target === undefined || name === undefined || more !== undefined) throw self.usageFault();
  try {
    self.process.files.link(target, name);
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    self.fail(`can't create hardlink '${name}' to '${target}': ${errorText(error)}`);
  }
});

export const unlink = utility('unlink', 'FILE\n\nDelete FILE by calling unlink()', (self) => {
  const [path, more] = self.args;
  if (path === undefined || more !== undefined) throw self.usageFault();
  try {
    self.process.files.unlink(path);
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    self.fail(`can't remove file '${path}': ${errorText(error)}`);
  }
});

const usage = `[-cdDsp] [-o USER] [-g GRP] [-m MODE] [-t DIR] [SOURCE]... DEST

Copy files and set attributes`;

export const install = utility('install', usage, async (self) => {
  const options = self.options('cdDspo:g:m:t:');
  const { files } = self.process;
  const mode = options.value('m') ?? '755';
  const bits = parseMode(mode, 0, false, 0) ?? self.fail(`invalid mode '${mode}'`);
  const owner = options.value('o');
  const group = options.value('g');
  const uid =
    owner === undefined ? -1 : (findUser(self.process, owner)?.uid ?? self.fail(`unknown user ${owner}`));
  const gid =
    group === undefined ? -1 : (findGroup(self.process, group) ?? self.fail(`unknown group ${group}`));
  const finish = (path: string) => {
    files.chmod(path, bits);
    if (uid >= 0 || gid >= 0) files.chown(path, uid, gid);
  };
  const makeFolders = (path: string) => {
    const names = path.split('/');
    for (let i = 1; i <= names.length; i++) {
      const prefix = names.slice(0, i).join('/');
      if (prefix !== '' && files.tryStat(prefix)?.type !== 'directory') files.mkdir(prefix);
    }
  };
  if (options.has('d')) {
    for (const path of options.operands) {
      makeFolders(path);
      finish(path);
    }
    return 0;
  }
  const sources = [...options.operands];
  const target = options.value('t') ?? sources.pop();
  if (target === undefined || sources.length === 0) throw self.usageFault();
  if (options.has('D')) {
    const folder = options.has('t') ? target : target.slice(0, Math.max(0, target.lastIndexOf('/')));
    if (folder !== '') makeFolders(folder);
  }
  const into = files.tryStat(target)?.type === 'directory';
  if (sources.length > 1 && !into) return self.fail(`target '${target}' is not a directory`);
  for (const source of sources) {
    const to = into ? joinPath(target, baseName(source)) : target;
    if (await copyFile(self, source, to, options.has('p'))) finish(to);
  }
  return self.status;
});
