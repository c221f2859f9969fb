import { decode } from '../../files/byte-string';
import type { Process } from '../../runtime/process';

function entries(process: Process, file: string): string[][] {
  try {
    return decode(process.files.readFile(file))
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => line.split(':'));
  } catch {
    return [];
  }
}

/** Name of a uid by /etc/passwd; undefined when it has none. */
export function userName(process: Process, uid: number): string | undefined {
  return entries(process, '/etc/passwd').find((fields) => fields[2] === String(uid))?.[0];
}

export function groupName(process: Process, gid: number): string | undefined {
  return entries(process, '/etc/group').find((fields) => fields[2] === String(gid))?.[0];
}

/** A user by name or number: uid, and the primary gid when it is in /etc/passwd. */
export function findUser(
  process: Process,
  text: string,
): { uid: number; gid: number | undefined; name: string | undefined } | undefined {
  const found = entries(process, '/etc/passwd').find((fields) => fields[0] === text);
  if (found) return { uid: Number(found[2]), gid: Number(found[3]), name: text };
  if (!/^\d+$/.test(text)) return undefined;
  const numbered = entries(process, '/etc/passwd').find((fields) => fields[2] === text);
  return { uid: Number(text), gid: numbered ? Number(numbered[3]) : undefined, name: numbered?.[0] };
}

export function findGroup(process: Process, text: string): number | undefined {
  const found = entries(process, '/etc/group').find((fields) => fields[0] === text);
  if (found) return Number(found[2]);
  return /^\d+$/.test(text) ? Number(text) : undefined;
}

/** Groups that /etc/group gives a user. */
export function groupsOf(process: Process, user: string): number[] {
  return entries(process, '/etc/group')
    .filter((fields) => (fields[3] ?? '').split(',').includes(user))
    .map((fields) => Number(fields[2]));
}
