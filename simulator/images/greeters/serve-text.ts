import { NetworkError } from '../../network/namespace';
import type { Process, Program } from '../../runtime/process';
import { type Exchange, serveHttp, untilTerminated } from '../http/serve';

const longestSleepMs = 2 ** 30;

/** A server on one port. `exitCode`: of SIGTERM; `ignores`: it has no handler, so that the first process of a container stays. */
export function textServer(options: {
  port: (process: Process) => number;
  started?: (process: Process, port: number) => Promise<void> | void;
  answer: (process: Process, exchange: Exchange) => Promise<void> | void;
  exitCode?: number | 'ignores';
}): Program {
  return async (process) => {
    const port = options.port(process);
    try {
      serveHttp(process, port, (exchange) => options.answer(process, exchange));
    } catch (error) {
      if (!(error instanceof NetworkError)) throw error;
      await process.write(2, `listen tcp :${port}: bind: ${error.message.toLowerCase()}\n`);
      return 1;
    }
    await options.started?.(process, port);
    const { exitCode = 2 } = options;
    if (exitCode !== 'ignores') return untilTerminated(process, () => exitCode);
    for (;;) await process.sleep(longestSleepMs);
  };
}
