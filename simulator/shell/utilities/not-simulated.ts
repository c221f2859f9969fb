import type { Program } from '../../runtime/process';
import { utility } from './utility';

const refusal = (name: string, what: string, instead: string): [string, Program] => [
  name,
  utility(name, '', (self) => self.fail(`The embedded cluster does not simulate ${what}; ${instead}.`)),
];

/** Programs of BusyBox that people look for, and that there is a reason not to have. */
export const notSimulated: Record<string, Program> = Object.fromEntries([
  refusal('chroot', 'the programs of a node', 'look at its files where they are mounted'),
  refusal('crond', 'cron daemons', 'use a CronJob, or a loop with sleep'),
  refusal('crontab', 'cron daemons', 'use a CronJob, or a loop with sleep'),
  refusal('ed', 'the line editor', 'use sed -i or vi'),
  refusal('flock', 'locks of files', 'use mkdir, which fails when the directory is there'),
  refusal('inotifyd', 'its events', 'use tail -F, or a loop with sleep'),
  refusal('patch', 'patches', 'use sed -i or vi'),
  ...['bzip2', 'bunzip2', 'bzcat', 'xz', 'unxz', 'xzcat', 'unzip'].map((name) =>
    refusal(name, 'its format', 'use gzip'),
  ),
  refusal('traceroute', 'the hops of a network', 'use ping, nc or wget to see what can be reached'),
  refusal('syslogd', 'a system log', 'write to standard output, and read it with kubectl logs'),
  refusal('telnet', 'telnet', 'use nc HOST PORT'),
]);

/** Without a daemon on /dev/log nobody hears a message; -s says it as well. */
export const logger = utility('logger', '[-s] [-t TAG] [-p PRIO] [MESSAGE]', async (self) => {
  const options = self.options('st:p:');
  let text = options.operands.join(' ');
  const input = self.process.fds.get(0);
  if (text === '' && input) text = (await self.readAll(input)).replace(/\n$/, '');
  const tag = options.value('t') ?? self.process.env.get('USER') ?? 'root';
  if (options.has('s')) for (const line of text.split('\n')) await self.process.write(2, `${tag}: ${line}\n`);
});

export const hostid = utility('hostid', '', async (self) => {
  await self.print('00000000\n');
});

export const logname = utility('logname', '', (self) => self.fail('getlogin: No such device or address'));
