import type { NetworkInterface, SocketEntry } from '../../network/namespace';
import { type Utility, utility } from './utility';

/** BusyBox netstat: sockets of the Pod's network namespace. */
export const netstat = utility(
  'netstat',
  '[-al] [-tuwx] [-nWp]\n\nDisplay networking information',
  async (self) => {
    const options = self.options('laetuwxrnWp');
    if (options.has('r')) return printRoutes(self);
    const protocols = ['tcp', 'udp'].filter((each) => options.has(each[0] as string));
    const shown = self.process.network.sockets().filter((socket) => {
      if (protocols.length > 0 && !protocols.includes(socket.protocol)) return false;
      const listening = socket.state === 'LISTEN' || (socket.protocol === 'udp' && socket.remote.port === 0);
      return options.has('a') || (options.has('l') ? listening : !listening);
    });
    const which = options.has('a')
      ? '(servers and established)'
      : options.has('l')
        ? '(only servers)'
        : '(w/o servers)';
    const program = options.has('p');
    await self.print(`Active Internet connections ${which}\n`);
    await self.print(
      `Proto Recv-Q Send-Q Local Address           Foreign Address         State      ${program ? ' PID/Program name' : ''}\n`,
    );
    for (const socket of shown) await self.print(socketLine(socket, program));
    return 0;
  },
);

function socketLine({ protocol, local, remote, state, owner }: SocketEntry, program: boolean): string {
  const place = ({ address, port }: SocketEntry['local']) =>
    `${address}:${port === 0 ? '*' : port}`.padEnd(23);
  const who = owner ? `${owner.pid}/${owner.program}` : '-';
  const line = `${protocol.padEnd(5)} ${'0'.padStart(6)} ${'0'.padStart(6)} ${place(local)} ${place(remote)} ${state.padEnd(11)}`;
  return `${line}${program ? ` ${who}` : ''}\n`;
}

function networkOf({ address, prefix }: NetworkInterface): string {
  const bits = address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
  const size = 2 ** (32 - prefix);
  return dotted(Math.floor(bits / size) * size);
}

const dotted = (bits: number) => [24, 16, 8, 0].map((shift) => Math.floor(bits / 2 ** shift) % 256).join('.');
const mask = (prefix: number) => dotted(2 ** 32 - 2 ** (32 - prefix));
const broadcast = (each: NetworkInterface) =>
  dotted(
    networkOf(each)
      .split('.')
      .reduce((sum, part) => sum * 256 + Number(part), 0) +
      2 ** (32 - each.prefix) -
      1,
  );
/** kindnet: the first address of the node's range is the way out. */
const gateway = (each: NetworkInterface) => networkOf(each).replace(/\d+$/, '1');
const outside = (self: Utility) =>
  self.process.network.interfaces().filter(({ name, address }) => name !== 'lo' && address !== '');

async function printRoutes(self: Utility): Promise<number> {
  await self.print('Kernel IP routing table\n');
  await self.print('Destination     Gateway         Genmask         Flags   MSS Window  irtt Iface\n');
  for (const each of outside(self)) {
    const row = (to: string, via: string, genmask: string, flags: string) =>
      `${to.padEnd(15)} ${via.padEnd(15)} ${genmask.padEnd(15)} ${flags.padEnd(5)}     0 0          0 ${each.name}\n`;
    await self.print(row('0.0.0.0', gateway(each), '0.0.0.0', 'UG'));
    await self.print(row(networkOf(each), '0.0.0.0', mask(each.prefix), 'U'));
  }
  return 0;
}

export const route = utility('route', '[-n]', async (self) => {
  await self.print(
    'Kernel IP routing table\nDestination     Gateway         Genmask         Flags Metric Ref    Use Iface\n',
  );
  for (const each of outside(self)) {
    const row = (to: string, via: string, genmask: string, flags: string) =>
      `${to.padEnd(15)} ${via.padEnd(15)} ${genmask.padEnd(15)} ${flags.padEnd(5)} 0      0        0 ${each.name}\n`;
    const any = self.options('neA:').has('n') ? '0.0.0.0' : 'default';
    await self.print(row(any, gateway(each), '0.0.0.0', 'UG'));
    await self.print(row(networkOf(each), any === 'default' ? '*' : '0.0.0.0', mask(each.prefix), 'U'));
  }
});

/** BusyBox ifconfig, for looking: a container may not change its interfaces. */
export const ifconfig = utility('ifconfig', '[-a] [INTERFACE]', async (self) => {
  const operands = self.options('a').operands;
  if (operands.length > 1) self.fail(`SIOCSIFADDR: Operation not permitted`);
  const shown = self.process.network
    .interfaces()
    .filter(({ name }) => operands.length === 0 || operands[0] === name);
  if (shown.length === 0) self.fail(`${operands[0]}: error fetching interface information: Device not found`);
  for (const each of [...shown].sort((a, b) => a.name.localeCompare(b.name)))
    await self.print(interfaceText(each));
});

function interfaceText(each: NetworkInterface): string {
  const loopback = each.name === 'lo';
  const head = loopback ? 'Local Loopback  ' : `Ethernet  HWaddr ${each.mac.toUpperCase()}  `;
  const cast = loopback ? '' : `  Bcast:${broadcast(each)}`;
  return (
    `${each.name.padEnd(9)} Link encap:${head}\n` +
    `          inet addr:${each.address}${cast}  Mask:${mask(each.prefix)}\n` +
    `          UP ${loopback ? 'LOOPBACK RUNNING' : 'BROADCAST RUNNING MULTICAST'}  MTU:${each.mtu}  Metric:1\n` +
    '          RX packets:0 errors:0 dropped:0 overruns:0 frame:0\n' +
    '          TX packets:0 errors:0 dropped:0 overruns:0 carrier:0\n' +
    '          collisions:0 txqueuelen:1000 \n' +
    `          RX bytes:${each.rxBytes} (${sizeText(each.rxBytes)})  TX bytes:${each.txBytes} (${sizeText(each.txBytes)})\n\n`
  );
}

function sizeText(bytes: number): string {
  if (bytes < 1024) return `${bytes.toFixed(1)} B`;
  return bytes < 1024 * 1024 ? `${(bytes / 1024).toFixed(1)} KiB` : `${(bytes / 1024 / 1024).toFixed(1)} MiB`;
}

/** BusyBox ip, its `addr`, `link` and `route` for looking. */
export const ip = utility('ip', '[OPTIONS] address|route|link [ARGS]', async (self) => {
  const operands = self.options('46obrs').operands;
  const [object = '', verb = 'show', ...rest] = operands;
  if (!['show', 'list', 'ls', 's', 'l', 'get'].includes(verb)) return changeLink(self, object, verb, rest);
  const only = rest.filter((arg) => arg !== 'dev')[0];
  if (/^a(d(d(r(e(s(s)?)?)?)?)?)?$/.test(object)) return printAddresses(self, only, true);
  if (/^l(i(n(k)?)?)?$/.test(object)) return printAddresses(self, only, false);
  if (/^r(o(u(t(e)?)?)?)?$/.test(object)) {
    for (const each of outside(self)) {
      await self.print(`default via ${gateway(each)} dev ${each.name} \n`);
      await self.print(
        `${networkOf(each)}/${each.prefix} dev ${each.name} scope link  src ${each.address} \n`,
      );
    }
    return 0;
  }
  throw self.usageFault();
});

/** What needs CAP_NET_ADMIN: of it, interfaces of type dummy come and go; they lead nowhere. */
function changeLink(self: Utility, object: string, verb: string, rest: string[]): number {
  const { uid, system, network } = self.process;
  const allowed = uid === 0 && (system.capabilities?.has('NET_ADMIN') ?? true);
  if (!allowed) self.fail('RTNETLINK answers: Operation not permitted', 2);
  const present = verb === 'add';
  const [name = '', ...type] = rest.filter((word) => word !== 'dev' && word !== 'name');
  const known = network.interfaces().find((each) => each.name === name);
  const isDummy = present ? type.join(' ') === 'type dummy' : known?.address === '' || !known;
  if (!/^l(i(n(k)?)?)?$/.test(object) || !/^(add|del|delete)$/.test(verb) || !isDummy)
    self.fail(
      'the embedded cluster simulates changes of dummy interfaces alone; use a kind cluster for others',
      2,
    );
  if (network.setDummy(name, present)) return 0;
  if (present) return self.fail('RTNETLINK answers: File exists', 2);
  return self.fail(`can't find device '${name}'`);
}

async function printAddresses(self: Utility, only: string | undefined, addresses: boolean): Promise<number> {
  const all = self.process.network.interfaces();
  if (only !== undefined && !all.some(({ name }) => name === only)) self.fail(`can't find device '${only}'`);
  for (const [at, each] of all.entries()) {
    if (only !== undefined && each.name !== only) continue;
    const loopback = each.name === 'lo';
    const dummy = each.address === '';
    const flags = loopback
      ? 'LOOPBACK,UP,LOWER_UP'
      : dummy
        ? 'BROADCAST,NOARP'
        : 'BROADCAST,MULTICAST,UP,LOWER_UP';
    const name = loopback || dummy ? each.name : `${each.name}@if${at + 1}`;
    await self.print(
      `${at + 1}: ${name}: <${flags}> mtu ${each.mtu} qdisc ${dummy ? 'noop' : 'noqueue'} ${loopback ? 'qlen 1000' : 'qlen 1000'}\n`,
    );
    await self.print(
      `    link/${loopback ? 'loopback' : 'ether'} ${each.mac} brd ${loopback ? '00:00:00:00:00:00' : 'ff:ff:ff:ff:ff:ff'}\n`,
    );
    if (!addresses || dummy) continue;
    const cast = loopback ? '' : `brd ${broadcast(each)} `;
    await self.print(
      `    inet ${each.address}/${each.prefix} ${cast}scope ${loopback ? 'host' : 'global'} ${each.name}\n`,
    );
    await self.print('       valid_lft forever preferred_lft forever\n');
  }
  return 0;
}
