import type { FileTree } from '../files/file-system';
import { nodeResolver } from '../network/cluster-dns';

/** Folders of a node with their modes: what a hostPath may expect. */
const folders: Record<string, number> = {
  '/boot': 0o755,
  '/etc/kubernetes/manifests': 0o755,
  '/home': 0o755,
  '/mnt': 0o755,
  '/opt': 0o755,
  '/root': 0o700,
  '/run': 0o755,
  '/srv': 0o755,
  '/tmp': 0o1777,
  '/usr': 0o755,
  '/var/lib/kubelet': 0o755,
  '/var/log/pods': 0o755,
  '/var/tmp': 0o1777,
};

/** The files of a new node, as kind makes its nodes from Debian. */
export function newDisk(disk: FileTree, node: { name: string; ip: string }): FileTree {
  for (const [path, mode] of Object.entries(folders)) disk.mkdir(path, { mode });
  disk.write(
    '/etc/hosts',
    `127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost ip6-loopback\n${node.ip}\t${node.name}\n`,
  );
  disk.write('/etc/hostname', `${node.name}\n`);
  disk.write('/etc/resolv.conf', `nameserver ${nodeResolver}\noptions edns0 trust-ad ndots:0\n`);
  disk.write(
    '/etc/os-release',
    'PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nNAME="Debian GNU/Linux"\nVERSION_ID="12"\nID=debian\n',
  );
  return disk;
}
