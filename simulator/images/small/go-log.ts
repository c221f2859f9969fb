import type { Process } from '../../runtime/process';

/** The time as Go's log package writes it: `2026/11/21 09:30:00`. */
export function goLogTime(process: Process): string {
  return new Date(process.clock.now()).toISOString().slice(0, 19).replaceAll('-', '/').replace('T', ' ');
}
