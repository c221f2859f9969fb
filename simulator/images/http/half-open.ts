import type { Server } from 'node:http';

/** Lets a client end its own direction before it is answered, as `printf … | nc` does: Node would drop the answer. */
export function answerHalfOpen(server: Server): void {
  Object.assign(server, { httpAllowHalfOpen: true });
}
