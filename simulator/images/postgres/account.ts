import { decode } from '../../files/byte-string';
import type { Process } from '../../runtime/process';

/** The name of the account that a process runs as, which stands for the user of a database unless another is named. */
export function accountOf(process: Process): string {
  const passwd = decode(process.files.readFile('/etc/passwd')).split('\n');
  return (
    passwd.find((line) => line.split(':')[2] === String(process.uid))?.split(':')[0] ?? String(process.uid)
  );
}
