import { decode, toBytes, toText } from '../../files/byte-string';
import type { Process } from '../../runtime/process';
import { goJson } from './go-json';

/** `/shell` of netexec: runs a command and gives what it wrote, and how it ended when that was not well. */
export async function runShell(process: Process, command: string): Promise<string> {
  const { reader, writer } = process.pipe();
  const nothing = await process.open('/dev/null', 'r');
  const child = process.spawn({
    argv: ['sh', '-c', toBytes(command)],
    path: '/bin/sh',
    fds: new Map([
      [0, nothing],
      [1, writer],
      [2, writer],
    ]),
  });
  writer.release();
  nothing.release();
  const fd = process.addFd(reader);
  let output = '';
  for (let part = await process.read(fd); part.length > 0; part = await process.read(fd))
    output += decode(part);
  process.closeFd(fd);
  const { code } = await process.wait(child);
  return goJson({
    ...(output === '' ? {} : { output: toText(output) }),
    ...(code === 0 ? {} : { error: `exit status ${code}` }),
  });
}
