import { userInfo } from 'node:os';

/** The name of the server's user; its number where it has none, as in containers that are run as any user. */
export function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return String(process.getuid?.());
  }
}
