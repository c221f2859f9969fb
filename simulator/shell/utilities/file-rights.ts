import { errorText } from '../../files/error-text';
import { FileError } from '../../files/file-system';
import type { InodeStat } from '../../files/inode';
import { modeText, parseMode } from './mode-text';
import { joinPath } from './path-names';
import { findGroup, findUser } from './users';
import { type Utility, utility } from './utility';

async function recursively(
  self: Utility,
  path: string,
  recursive: boolean,
  act: (path: string, stat: InodeStat) => void,
): Promise<void> {
  const { files } = self.process;
  const stat = files.stat(path, !recursive);
  act(path, stat);
  if (!recursive || stat.type !== 'directory') return;
  for (const name of files.list(path)) {
    const child = joinPath(path, name);
    try {
      await recursively(self, child, true, act);
    } catch (error) {
      await self.warnError(child, error);
    }
  }
}

export const chmod = utility('chmod', '[-Rcvf] MODE[,MODE]... FILE...', async (self) => {
  // A mode may begin with a dash: `chmod -x file`.
  const isMode = (arg: string) => /^-[rwxXst]+$/.test(arg);
  const args = self.args;
  const options = self.options(
    'Rcvf',
    { recursive: 'R' },
    args.filter((arg) => !isMode(arg)),
  );
  const dashed = args.find(isMode);
  const [mode, ...paths] = dashed === undefined ? options.operands : [dashed, ...options.operands];
  if (mode === undefined || paths.length === 0) throw self.usageFault();
  const changes: string[] = [];
  for (const path of paths) {
    try {
      await recursively(self, path, options.has('R'), (each, stat) => {
        if (stat.type === 'symlink') return;
        const bits = parseMode(mode, stat.mode, stat.type === 'directory', self.process.umask);
        self.process.files.chmod(each, bits ?? self.fail(`invalid mode '${mode}'`));
        const isNew = bits !== stat.mode;
        if (options.has('v') || (options.has('c') && isNew)) {
          const after = { ...stat, mode: bits ?? 0 };
          changes.push(
            `mode of '${each}' changed to ${after.mode.toString(8).padStart(4, '0')} (${modeText(after).slice(1)})\n`,
          );
        }
      });
    } catch (error) {
      if (!(error instanceof FileError)) throw error;
      if (!options.has('f')) await self.warn(`${path}: ${errorText(error)}`);
      self.status = 1;
    }
  }
  await self.print(changes.join(''));
});

export const chown = utility('chown', '[-RhLHPcvf]... USER[:[GRP]] FILE...', (self) =>
  changeOwner(self, false),
);
export const chgrp = utility('chgrp', '[-RhLHPcvf]... GROUP FILE...', (self) => changeOwner(self, true));

/** `root.wheel` as well, when there is no such user. */
function ownerWithDot(self: Utility, owner: string): string[] {
  return owner.includes('.') && !findUser(self.process, owner) ? owner.split('.', 2) : [owner];
}

async function changeOwner(self: Utility, groupOnly: boolean): Promise<void> {
  const options = self.options('RhLHPcvf', { recursive: 'R' });
  const [owner, ...paths] = options.operands;
  if (owner === undefined || paths.length === 0) throw self.usageFault();
  const [userText, groupText] = groupOnly
    ? ['', owner]
    : owner.includes(':')
      ? owner.split(':')
      : ownerWithDot(self, owner);
  let uid = -1;
  let gid = -1;
  if (userText) {
    const user = findUser(self.process, userText) ?? self.fail(`unknown user ${userText}`);
    uid = user.uid;
    if (groupText === '' && user.gid !== undefined) gid = user.gid;
  }
  if (groupText) gid = findGroup(self.process, groupText) ?? self.fail(`unknown group ${groupText}`);
  for (const path of paths) {
    try {
      await recursively(self, path, options.has('R'), (each) =>
        self.process.files.chown(each, uid, gid, !options.has('h') && !options.has('R')),
      );
    } catch (error) {
      if (!(error instanceof FileError)) throw error;
      if (!options.has('f')) await self.warn(`${path}: ${errorText(error)}`);
      self.status = 1;
    }
  }
}
