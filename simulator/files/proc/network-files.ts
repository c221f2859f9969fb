import type { NetworkInterface, NetworkNamespace, SocketAddress, SocketEntry } from '../../network/namespace';
import type { Volume } from '../volume';
import { fixedDirectory, type GeneratedDirectory, GeneratedFile } from './generated';

/** /proc/<pid>/net. */
export function networkDirectory(volume: Volume, network: () => NetworkNamespace): GeneratedDirectory {
  const text = (content: () => string) => () => new GeneratedFile(volume, content);
  return fixedDirectory(volume, {
    dev: text(() => devicesText(network().interfaces())),
    route: text(() => routesText(network().interfaces())),
    tcp: text(() => socketsText('tcp', network().sockets())),
    tcp6: text(() => `${tcpTitle}\n`),
    udp: text(() => socketsText('udp', network().sockets())),
  });
}

function devicesText(interfaces: NetworkInterface[]): string {
  const title =
    'Inter-|   Receive                                                |  Transmit\n face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed\n';
  const packets = (bytes: number) => Math.ceil(bytes / 1000);
  const count = (value: number, width: number) => String(value).padStart(width);
  return (
    title +
    interfaces
      .map(
        ({ name, rxBytes, txBytes }) =>
          `${name.padStart(6)}:${count(rxBytes, 8)} ${count(packets(rxBytes), 7)}    0    0    0     0          0         0 ${count(txBytes, 8)} ${count(packets(txBytes), 7)}    0    0    0     0       0          0\n`,
      )
      .join('')
  );
}

/** The default route goes through the first address of the range (kindnet). */
function routesText(interfaces: NetworkInterface[]): string {
  const row = (name: string, to: number, via: number, flags: string, mask: number) =>
    `${name}\t${hex(to)}\t${hex(via)}\t${flags}\t0\t0\t0\t${hex(mask)}\t0\t0\t0\n`;
  let text = 'Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT\n';
  for (const { name, address, prefix } of interfaces) {
    if (name === 'lo' || address === '') continue;
    const size = 2 ** (32 - prefix);
    const network = Math.floor(bitsOf(address) / size) * size;
    text += row(name, 0, network + 1, '0003', 0);
    text += row(name, network, 0, '0001', 2 ** 32 - size);
  }
  return text;
}

const tcpTitle =
  '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode';

/** Numbers of enum tcp_state. */
const states: Record<SocketEntry['state'], string> = {
  ESTABLISHED: '01',
  FIN_WAIT2: '05',
  TIME_WAIT: '06',
  CLOSE_WAIT: '08',
  LISTEN: '0A',
  '': '07',
};

function socketsText(protocol: 'tcp' | 'udp', sockets: SocketEntry[]): string {
  const place = ({ address, port }: SocketAddress) =>
    `${hex(bitsOf(address))}:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  const rows = sockets
    .filter((socket) => socket.protocol === protocol)
    .map(
      ({ local, remote, state }, index) =>
        `${String(index).padStart(4)}: ${place(local)} ${place(remote)} ${states[state]} 00000000:00000000 00:00000000 00000000     0        0 ${20_000 + index} 1 0000000000000000 100 0 0 10 0`,
    );
  return `${[tcpTitle, ...rows].join('\n')}\n`;
}

function bitsOf(address: string): number {
  return address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
}

/** 32 bits as a little-endian machine prints them. */
function hex(bits: number): string {
  return [0, 8, 16, 24]
    .map((shift) => (Math.floor(bits / 2 ** shift) % 256).toString(16).toUpperCase().padStart(2, '0'))
    .join('');
}
