import { terminalOf } from '../../files/terminal';
import type { Process } from '../../runtime/process';
import { formatDate, parseDate, parseDateAs, zoneOf } from './date-format';
import { humanSize } from './ls';
import { findUser, groupName, groupsOf, userName } from './users';
import { utility } from './utility';

export const date = utility(
  'date',
  '[OPTIONS] [+FMT] [[-s] TIME]\n\nDisplay time (using +FMT), or set time',
  async (self) => {
    const isoDash = self.args.find((arg) => /^-I(date|hours|minutes|seconds)?$/.test(arg));
    const options = self.options(
      'Rs:ud:r:D:I',
      { utc: 'u', date: 'd', 'rfc-2822': 'R', reference: 'r' },
      self.args.filter((arg) => arg !== isoDash),
    );
    const { process } = self;
    if (options.has('s')) self.fail("can't set date: Operation not permitted");
    const now = process.clock.now();
    const utc = options.has('u');
    let time = now;
    const text = options.value('d');
    const minutes = utc ? 0 : zoneOf(process).minutes;
    const shape = options.value('D');
    if (text !== undefined)
      time =
        (shape === undefined ? parseDate(text, now, minutes) : parseDateAs(shape, text, minutes)) ??
        self.fail(`invalid date '${text}'`);
    const reference = options.value('r');
    if (reference !== undefined)
      time =
        process.files.tryStat(reference)?.mtimeMs ??
        self.fail(`can't stat '${reference}': No such file or directory`);
    const other = options.operands.find((operand) => !operand.startsWith('+'));
    if (other !== undefined)
      self.fail(
        parseDate(other, now, minutes) === undefined
          ? `invalid date '${other}'`
          : "can't set date: Operation not permitted",
      );
    const format = options.operands.find((operand) => operand.startsWith('+'))?.slice(1);
    const kind = isoDash?.slice(2);
    const iso =
      kind === undefined
        ? undefined
        : ({ hours: '%FT%H%z', minutes: '%FT%H:%M%z', seconds: '%FT%H:%M:%S%z' }[kind] ?? '%F');
    const chosen =
      format ?? iso ?? (options.has('R') ? '%a, %d %b %Y %H:%M:%S %z' : '%a %b %e %H:%M:%S %Z %Y');
    const shown = formatDate(chosen, time, process, utc);
    await self.print(
      `${iso === undefined || format ? shown : shown.replace(/(T.*[+-]\d\d)(\d\d)$/, '$1:$2')}\n`,
    );
  },
);

export const id = utility('id', '[-ugGnr] [USER]', async (self) => {
  const options = self.options('ugGnr');
  const { process } = self;
  const name = options.operands[0];
  const user = name === undefined ? undefined : findUser(process, name);
  if (name !== undefined && user?.name === undefined) self.fail(`unknown user ${name}`);
  const uid = user?.uid ?? process.uid;
  const gid = user?.gid ?? (user ? uid : process.gid);
  const extra = user ? groupsOf(process, user.name ?? '') : process.groups;
  const groups = extra.includes(gid) ? [...new Set(extra)] : [...new Set([gid, ...extra])];
  const shown = (number: number, find: typeof userName) =>
    options.has('n') ? (find(process, number) ?? String(number)) : String(number);
  if (options.has('u')) await self.print(`${shown(uid, userName)}\n`);
  else if (options.has('G'))
    await self.print(`${groups.map((group) => shown(group, groupName)).join(' ')}\n`);
  else if (options.has('g')) await self.print(`${shown(gid, groupName)}\n`);
  else {
    const full = (number: number, find: typeof userName) => {
      const text = find(process, number);
      return text === undefined ? String(number) : `${number}(${text})`;
    };
    const all =
      extra.length > 0 || user ? ` groups=${groups.map((group) => full(group, groupName)).join(',')}` : '';
    await self.print(`uid=${full(uid, userName)} gid=${full(gid, groupName)}${all}\n`);
  }
});

export const whoami = utility('whoami', '', async (self) => {
  if (self.args.length > 0) throw self.usageFault();
  await self.print(
    `${userName(self.process, self.process.uid) ?? self.fail(`unknown uid ${self.process.uid}`)}\n`,
  );
});

export const groups = utility('groups', '[USER]', async (self) => {
  const all = [...new Set([self.process.gid, ...self.process.groups])];
  await self.print(`${all.map((gid) => groupName(self.process, gid) ?? String(gid)).join(' ')}\n`);
});

export const hostname = utility('hostname', '[-sidf] [HOSTNAME | -F FILE]', async (self) => {
  const options = self.options('sidfF:');
  const { system } = self.process;
  const [name] = options.operands;
  if (name !== undefined) {
    if (self.process.uid !== 0 || !(system.capabilities?.has('SYS_ADMIN') ?? true))
      self.fail('sethostname: Operation not permitted');
    system.hostname = name;
    return;
  }
  if (options.has('i')) await self.print(`${self.process.network.address}\n`);
  else if (options.has('f')) await self.print(`${canonicalName(self.process)}\n`);
  else if (options.has('d'))
    await self.print(`${canonicalName(self.process).split('.').slice(1).join('.')}\n`);
  else await self.print(`${options.has('s') ? system.hostname.split('.', 1)[0] : system.hostname}\n`);
});

/** The first name beside the host's own in /etc/hosts (gethostbyname's h_name). */
function canonicalName({ files, system }: Process): string {
  if (!files.exists('/etc/hosts')) return system.hostname;
  const lines = Buffer.from(files.readFile('/etc/hosts')).toString('latin1').split('\n');
  const names = lines.map((line) => line.replace(/#.*/, '').trim().split(/\s+/).slice(1));
  return names.find((each) => each.includes(system.hostname))?.[0] ?? system.hostname;
}

export const uname = utility('uname', '[-amnrspvio]', async (self) => {
  const options = self.options('amnrspvio', { all: 'a' });
  const { machine, hostname: node } = self.process.system;
  const parts: [string, string][] = [
    ['s', 'Linux'],
    ['n', node],
    ['r', machine.kernelRelease],
    ['v', machine.kernelVersion],
    ['m', machine.architecture],
    ['o', 'GNU/Linux'],
  ];
  const none = !'amnrspvio'.split('').some((letter) => options.has(letter));
  const chosen = parts.filter(
    ([letter]) => options.has('a') || options.has(letter) || (none && letter === 's'),
  );
  if (options.has('p') || options.has('i')) chosen.push(['p', 'unknown']);
  await self.print(`${chosen.map(([, value]) => value).join(' ')}\n`);
});

export const arch = utility('arch', '', async (self) => {
  await self.print(`${self.process.system.machine.architecture}\n`);
});

export const nproc = utility('nproc', '[--all] [--ignore=N]', async (self) => {
  await self.print(`${self.process.system.machine.cpus}\n`);
});

export const uptime = utility('uptime', '', async (self) => {
  const { process } = self;
  const minutes = Math.floor((process.clock.now() - process.system.machine.bootedAtMs) / 60_000);
  const days = Math.floor(minutes / 1440);
  const hours = Math.floor(minutes / 60) % 24;
  const up = `${days > 0 ? `${days} day${days > 1 ? 's' : ''}, ` : ''}${hours > 0 ? `${String(hours).padStart(2)}:${String(minutes % 60).padStart(2, '0')}` : `${minutes % 60} min`}`;
  await self.print(
    ` ${formatDate('%H:%M:%S', process.clock.now(), process)} up ${up},  0 users,  load average: 0.00, 0.00, 0.00\n`,
  );
});

export const free = utility('free', '[-bkmgh]', async (self) => {
  const options = self.options('bkmgh');
  const { system } = self.process;
  const total = system.machine.memoryBytes;
  const used = system.processes.list().reduce((sum, process) => sum + process.memoryBytes, 0);
  const unit = options.has('b') ? 1 : options.has('m') ? 1 << 20 : options.has('g') ? 1 << 30 : 1024;
  const show = (bytes: number) =>
    (options.has('h') ? humanSize(bytes) : String(Math.floor(bytes / unit))).padStart(12);
  await self.print(
    `              total        used        free      shared  buff/cache   available\nMem:  ${[total, used, total - used, 0, 0, total - used].map(show).join('')}\nSwap: ${[0, 0, 0].map(show).join('')}\n`,
  );
});

export const df = utility('df', '[-PkmhTai] [-B SIZE] [FILESYSTEM]...', async (self) => {
  const options = self.options('PkmhTaiB:t:');
  const { mounts } = self.process.files;
  const unit = options.has('m') ? 1 << 20 : 1024;
  const show = (bytes: number) => (options.has('h') ? humanSize(bytes) : String(Math.ceil(bytes / unit)));
  const rows =
    options.operands.length > 0
      ? options.operands.map((path) => {
          const real = self.process.files.realpath(path);
          return (
            mounts.mounts
              .filter(
                (mount) =>
                  real === mount.path || real.startsWith(mount.path === '/' ? '/' : `${mount.path}/`),
              )
              .at(-1) ?? mounts.root
          );
        })
      : mounts.mounts.filter(
          (mount) =>
            options.has('a') ||
            !['proc', 'sysfs', 'cgroup2', 'mqueue', 'devpts'].includes(mount.root.volume.fstype),
        );
  const size = options.has('h')
    ? 'Size'
    : options.has('m')
      ? '1M-blocks'
      : options.has('P')
        ? '1024-blocks'
        : '1K-blocks';
  const used = `${size.padStart(options.has('h') ? 9 : 0)}${options.has('P') ? '    Used' : '      Used'} Available`;
  const type = options.has('T') ? 'Type       ' : '';
  await self.print(
    `Filesystem           ${type}${used} ${options.has('P') ? 'Capacity' : 'Use%'} Mounted on\n`,
  );
  for (const { root, path } of rows) {
    const { volume } = root;
    const { sizeBytes: total, usedBytes } = volume.capacity;
    const percent = Math.ceil((usedBytes / total) * 100);
    const name = volume.source.length > 20 ? `${volume.source}\n${' '.repeat(20)}` : volume.source.padEnd(20);
    await self.print(
      `${name} ${options.has('T') ? `${volume.fstype.padEnd(10)} ` : ''}${show(total).padStart(9)} ${show(usedBytes).padStart(9)} ${show(total - usedBytes).padStart(9)} ${`${percent}%`.padStart(options.has('P') ? 7 : 4)} ${path}\n`,
    );
  }
});

export const mount = utility('mount', '[OPTIONS] [-o OPT] DEVICE NODE', async (self) => {
  const options = self.options('o:t:raw', {});
  if (options.operands.length > 0) self.fail('permission denied (are you root?)');
  for (const { root, path, readOnly } of self.process.files.mounts.mounts) {
    await self.print(
      `${root.volume.source} on ${path} type ${root.volume.fstype} (${readOnly ? 'ro' : 'rw'},relatime)\n`,
    );
  }
});

export const tty = utility('tty', '[-s]', async (self) => {
  const terminal = terminalOf(self.process.fds.get(0));
  if (!self.options('s').has('s'))
    await self.print(terminal ? `/dev/pts/${terminal.index}\n` : 'not a tty\n');
  return terminal ? 0 : 1;
});

export const stty = utility('stty', '[-a|g] [-F DEVICE] [SETTING]...', async (self) => {
  const terminal = terminalOf(self.process.fds.get(0));
  if (!terminal) return self.fail('standard input: Inappropriate ioctl for device');
  const settings = self.args.filter((arg) => !/^-[agF]$/.test(arg));
  if (settings.length === 0) {
    const { echo } = terminal.modes;
    await self.print(
      `speed 38400 baud; rows ${terminal.rows}; columns ${terminal.columns};\n${echo ? '' : '-'}echo\n`,
    );
    return 0;
  }
  for (let i = 0; i < settings.length; i++) {
    const setting = settings[i] as string;
    const on = !setting.startsWith('-');
    const name = setting.replace(/^-/, '');
    if (name === 'echo') terminal.setModes({ echo: on });
    else if (name === 'icanon') terminal.setModes({ canonical: on });
    else if (name === 'isig') terminal.setModes({ signals: on });
    else if (name === 'icrnl') terminal.setModes({ crToNl: on });
    else if (name === 'onlcr' || name === 'opost') terminal.setModes({ nlToCrNl: on });
    else if (name === 'raw')
      terminal.setModes({ canonical: !on, echo: !on, signals: !on, crToNl: !on, nlToCrNl: !on });
    else if (name === 'sane')
      terminal.setModes({ canonical: true, echo: true, signals: true, crToNl: true, nlToCrNl: true });
    else if (name === 'size') await self.print(`${terminal.rows} ${terminal.columns}\n`);
    else if (name === 'rows') terminal.resize(terminal.columns, Number(settings[++i]));
    else if (name === 'cols' || name === 'columns') terminal.resize(Number(settings[++i]), terminal.rows);
    else self.fail(`invalid argument '${setting}'`);
  }
  return 0;
});

export const clear = utility('clear', '', async (self) => {
  await self.print('\x1b[H\x1b[J');
});

export const reset = utility('reset', '', async (self) => {
  terminalOf(self.process.fds.get(0))?.setModes({
    canonical: true,
    echo: true,
    signals: true,
    crToNl: true,
    nlToCrNl: true,
  });
  await self.print('\x1bc\x1b(B\x1b[m\x1b[J\x1b[?25h');
});

export const which = utility('which', '[-a] COMMAND...', async (self) => {
  const options = self.options('a');
  const { files, env } = self.process;
  for (const name of options.operands) {
    const candidates = name.includes('/')
      ? [name]
      : (env.get('PATH') ?? '').split(':').map((directory) => `${directory || '.'}/${name}`);
    const found = candidates.filter((path) => files.tryStat(path)?.type === 'file' && files.access(path, 1));
    if (found.length === 0) self.status = 1;
    for (const path of options.has('a') ? found : found.slice(0, 1)) await self.print(`${path}\n`);
  }
});

export const sync = utility('sync', '', () => 0);

export const dmesg = utility('dmesg', '[-cr]', (self) => self.fail('klogctl: Operation not permitted'));
