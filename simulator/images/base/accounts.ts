import type { VolumeTree } from '../../files/volume-tree';

export interface Account {
  name: string;
  uid: number;
  gid: number;
  comment?: string;
  home: string;
  shell?: string;
}

export interface Group {
  name: string;
  gid: number;
  members?: string[];
}

/** Writes /etc/passwd, /etc/group and /etc/shadow. */
export function writeAccounts(root: VolumeTree, accounts: Account[], groups: Group[]): void {
  const passwd = accounts.map(
    ({ name, uid, gid, comment = name, home, shell = '/sbin/nologin' }) =>
      `${name}:x:${uid}:${gid}:${comment}:${home}:${shell}`,
  );
  const group = groups.map(({ name, gid, members = [] }) => `${name}:x:${gid}:${members.join(',')}`);
  root.write('/etc/passwd', lines(passwd));
  root.write('/etc/group', lines(group));
  root.write('/etc/shadow', lines(accounts.map(({ name }) => `${name}:*::0:::::`)), { mode: 0o640 });
}

export function lines(list: string[]): string {
  return list.map((line) => `${line}\n`).join('');
}
