import { NetworkError } from '../../network/namespace';
import { Interrupted } from '../../runtime/process';
import { addressOf } from './network-names';
import { utility } from './utility';

const usage = `[OPTIONS] HOST

Send ICMP ECHO_REQUESTs to HOST

	-c CNT		Send only CNT pings
	-s SIZE		Send SIZE data bytes in packets (default 56)
	-i SECS		Interval
	-W SEC		Seconds to wait for the first response (default 10)
	-w SEC		Seconds until ping exits (default:infinite)
	-q		Quiet, only display output at start/finish`;

/** BusyBox ping. */
export const ping = utility('ping', usage, async (self) => {
  const { process } = self;
  const options = self.options('46c:s:i:At:I:W:w:qp:');
  const host = options.operands[0];
  if (host === undefined) throw self.usageFault();
  const count = Number(options.value('c') ?? Number.POSITIVE_INFINITY);
  const size = Number(options.value('s') ?? 56);
  const intervalMs = Number(options.value('i') ?? 1) * 1000;
  const until = process.clock.now() + Number(options.value('w') ?? Number.POSITIVE_INFINITY) * 1000;
  const address = await addressOf(process, host);
  if (address === undefined) return self.fail(`bad address '${host}'`);

  const times: number[] = [];
  let sent = 0;
  let interrupted = false;
  process.setAction('INT', () => {
    interrupted = true;
  });
  await process.write(1, `PING ${host} (${address}): ${size} data bytes\n`);
  try {
    while (sent < count && !interrupted && process.clock.now() < until) {
      const timeoutMs = sent + 1 >= count ? Number(options.value('W') ?? 10) * 1000 : intervalMs;
      const started = process.clock.now();
      sent += 1;
      const answer = await process.until(process.network.ping(address, { timeoutMs })).catch((error) => {
        if (error instanceof NetworkError) return undefined;
        throw error;
      });
      if (answer) {
        times.push(answer.milliseconds);
        if (!options.has('q'))
          await process.write(
            1,
            `${size + 8} bytes from ${address}: seq=${sent - 1} ttl=${answer.ttl} time=${answer.milliseconds.toFixed(3)} ms\n`,
          );
      }
      if (sent < count) await process.sleep(Math.max(0, started + intervalMs - process.clock.now()));
    }
  } catch (error) {
    if (!(error instanceof Interrupted)) throw error;
  }
  const lost = sent === 0 ? 0 : Math.round(((sent - times.length) * 100) / sent);
  await process.write(
    1,
    `\n--- ${host} ping statistics ---\n${sent} packets transmitted, ${times.length} packets received, ${lost}% packet loss\n`,
  );
  if (times.length === 0) return 1;
  const average = times.reduce((sum, each) => sum + each, 0) / times.length;
  const figures = [Math.min(...times), average, Math.max(...times)].map((each) => each.toFixed(3));
  await process.write(1, `round-trip min/avg/max = ${figures.join('/')} ms\n`);
  return 0;
});
