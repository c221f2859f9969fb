import type { VolumeTree } from '../files/volume-tree';
import { type ContainerConfig, RuntimeError } from './container-runtime';
import type { Credentials } from './process';

export interface ContainerUser extends Credentials {
  /** From /etc/passwd, else `/`: what HOME is set to. */
  home: string;
}

interface PasswdEntry {
  name: string;
  uid: number;
  gid: number;
  home: string;
}

/**
 * Who a container's processes are: the Pod's runAsUser and runAsGroup, else the image's USER, looked up in the
 * image's own /etc/passwd and /etc/group as runc does. Throws RuntimeError CreateContainerError for unknown names.
 */
export function lookUpUser(
  root: VolumeTree,
  imageUser: string,
  wanted: ContainerConfig['user'],
): ContainerUser {
  const passwd = parsePasswd(textOf(root, '/etc/passwd'));
  const groups = parseGroup(textOf(root, '/etc/group'));
  const [userPart = '', groupPart] = wanted.uid === undefined ? imageUser.split(':') : [String(wanted.uid)];
  const entry = passwd.find((each) => each.name === userPart || String(each.uid) === userPart);
  const uid = userPart === '' ? 0 : (entry?.uid ?? numeric(userPart));
  if (uid === undefined) throw unknown('user', userPart, 'passwd');
  const byUid = entry ?? passwd.find((each) => each.uid === uid);
  const gid = wanted.gid ?? groupId(groupPart, groups) ?? byUid?.gid ?? 0;
  const own =
    byUid && !wanted.strict
      ? groups.filter(({ members }) => members.includes(byUid.name)).map((each) => each.gid)
      : [];
  const all = new Set([gid, ...own, ...wanted.supplementalGroups]);
  return { uid, gid, groups: [...all].sort((a, b) => a - b), home: byUid?.home ?? '/' };
}

function groupId(text: string | undefined, groups: { name: string; gid: number }[]): number | undefined {
  if (text === undefined || text === '') return undefined;
  const gid = groups.find(({ name }) => name === text)?.gid ?? numeric(text);
  if (gid === undefined) throw unknown('group', text, 'groups');
  return gid;
}

function unknown(kind: string, name: string, file: string): RuntimeError {
  return new RuntimeError(
    'CreateContainerError',
    `failed to generate container spec: failed to apply OCI options: unable to find ${kind} ${name}: no matching entries in ${file} file`,
  );
}

function parsePasswd(text: string): PasswdEntry[] {
  return text.split('\n').flatMap((line) => {
    const [name, , uid, gid, , home] = line.split(':');
    return name && uid ? [{ name, uid: Number(uid), gid: Number(gid), home: home || '/' }] : [];
  });
}

function parseGroup(text: string): { name: string; gid: number; members: string[] }[] {
  return text.split('\n').flatMap((line) => {
    const [name, , gid, members = ''] = line.split(':');
    return name && gid ? [{ name, gid: Number(gid), members: members.split(',') }] : [];
  });
}

function textOf(root: VolumeTree, path: string): string {
  return Buffer.from(root.read(path) ?? []).toString('utf8');
}

function numeric(text: string): number | undefined {
  return /^\d+$/.test(text) ? Number(text) : undefined;
}
