import { toBytes } from '../../files/byte-string';
import type { Process } from '../../runtime/process';

/** A line in klog's form: `I1121 09:30:00.000000       1 log.go:245] text`. Control characters cannot break it in two. */
export async function klog(
  process: Process,
  text: string,
  place = 'log.go:245',
  level: 'I' | 'W' | 'E' = 'I',
): Promise<void> {
  const time = new Date(process.clock.now()).toISOString();
  const stamp = `${time.slice(5, 7)}${time.slice(8, 10)} ${time.slice(11, 23)}000`;
  const line = text.replace(/[\0-\x1f]/g, (char) => `\\x${char.charCodeAt(0).toString(16).padStart(2, '0')}`);
  await process.write(2, toBytes(`${level}${stamp} ${String(process.pid).padStart(7)} ${place}] ${line}\n`));
}
