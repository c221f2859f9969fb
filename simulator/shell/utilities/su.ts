import { decode } from '../../files/byte-string';
import { errorText } from '../../files/error-text';
import { FileError } from '../../files/file-system';
import { findUser, groupsOf } from './users';
import { type Utility, utility } from './utility';

const usage =
  '[-lmp] [-s SH] [-] [USER [FILE ARGS | -c CMD [ARG0 ARGS]]]\n\nRun shell under USER (by default, root)';

/** su: a shell, or a command of it, as another user. Root alone may: the binary is not setuid in an image. */
export const su = utility('su', usage, async (self) => {
  const options = self.options('lmps:c:', { login: 'l', command: 'c', shell: 's' });
  const login = options.has('l') || options.operands[0] === '-';
  const [name = 'root', ...rest] = options.operands.slice(options.operands[0] === '-' ? 1 : 0);
  const { process } = self;
  const { capabilities } = process.system;
  if (process.uid !== 0) self.fail('must be suid to work properly');
  const user = findUser(process, name);
  if (user?.name === undefined) return self.fail(`unknown user ${name}`);
  if (capabilities && !(capabilities.has('SETUID') && capabilities.has('SETGID')))
    self.fail("can't set groups: Operation not permitted");
  const [home = '/', ownShell = ''] = account(self, user.name);
  const shell = options.value('s') ?? (ownShell || '/bin/sh');
  const { gid = 0, uid } = user;
  Object.assign(process, { uid, gid, groups: [...new Set([gid, ...groupsOf(process, user.name)])] });
  const kept = login ? [...process.env].filter(([each]) => each === 'TERM' || each === 'PATH') : process.env;
  const env = new Map(kept);
  if (!options.has('m') && !options.has('p')) {
    env.set('HOME', home).set('SHELL', shell);
    if (uid !== 0 || login) env.set('USER', user.name).set('LOGNAME', user.name);
  }
  if (login) process.cwd = process.files.tryStat(home)?.type === 'directory' ? home : '/';
  const base = shell.slice(shell.lastIndexOf('/') + 1);
  const command = options.value('c');
  const argv = [login ? `-${base}` : base, ...(command === undefined ? [] : ['-c', command]), ...rest];
  try {
    return await process.exec(shell, argv, env);
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    return self.fail(`can't execute '${shell}': ${errorText(error)}`, error.code === 'ENOENT' ? 127 : 126);
  }
});

/** Home and shell of a user by /etc/passwd. */
function account(self: Utility, name: string): string[] {
  const lines = decode(self.process.files.readFile('/etc/passwd')).split('\n');
  return (lines.find((line) => line.startsWith(`${name}:`)) ?? '').split(':').slice(5);
}
