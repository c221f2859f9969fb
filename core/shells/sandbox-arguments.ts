import { lstatSync, readlinkSync } from 'node:fs';

/** Where things lie inside a sandbox. */
export const inside = {
  home: '/home/learner',
  share: '/opt/podlab/share',
  kubectl: '/opt/podlab/bin/kubectl',
  run: '/run/podlab',
  apiPort: 6443,
  path: '/opt/podlab/bin:/usr/local/bin:/usr/bin:/bin:/usr/local/sbin:/usr/sbin:/sbin',
} as const;

export interface SandboxPlan {
  /** Host folder that becomes the writable home. */
  home: string;
  /** Host folder with bashrc, completion and relay programs, read-only inside. */
  share: string;
  /** Host folder with this session's kubeconfig and API socket, read-only inside. */
  run: string;
  /** Host folder with generated files for /etc. */
  etc: string;
  /** Absolute path of kubectl on the host. */
  kubectl: string | undefined;
  /**
   * Host user as whom the learner's programs run, of its own for each lab: the kernel does not count root's processes.
   * undefined: as whom the server runs.
   */
  user: number | undefined;
  layout: HostLayout;
  /** Absolute paths of folders that a sandbox shows empty: Podlab's own, where they lie among the host's programs. */
  hidden: readonly string[];
}

/** The learner's number inside. User 0, when there is no user of the lab's own. */
export const learnerId = 1000;
/** Where bubblewrap finds the user namespace that was made for a plan with a user. */
const userNamespaceFd = 5;

/** How a host lays out its root folder: since the /usr merge most are links, on others they are folders. */
export interface HostLayout {
  links: { name: string; target: string }[];
  folders: string[];
}

const rootFolders = ['bin', 'sbin', 'lib', 'lib32', 'lib64', 'libx32'];
/** Parts of the host's /etc without which its programs do not work; none holds secrets. */
const fromHostEtc = [
  'alternatives',
  'ld.so.cache',
  'ld.so.conf',
  'ld.so.conf.d',
  'ssl/certs',
  'pki/tls/certs',
  'terminfo',
  'inputrc',
  'nanorc',
  'vim',
  'localtime',
];
export const generatedEtc = ['passwd', 'group', 'hosts', 'hostname', 'nsswitch.conf', 'resolv.conf'] as const;

const tmpBytes = 128 * 1024 * 1024;
const sharedMemoryBytes = 16 * 1024 * 1024;

export function readHostLayout(root = '/'): HostLayout {
  const layout: HostLayout = { links: [], folders: [] };
  for (const name of rootFolders) {
    const found = lstatSync(root + name, { throwIfNoEntry: false });
    if (found?.isSymbolicLink()) layout.links.push({ name, target: readlinkSync(root + name) });
    else if (found?.isDirectory()) layout.folders.push(name);
  }
  return layout;
}

/**
 * Those of the folders that lie in what a sandbox shows of the host: in `/usr`, or in `/lib` where that is a folder. What lies
 * in another of them is hidden with it, and could not be made there to be hidden again.
 */
export function hiddenAmong(folders: readonly string[], { folders: shown }: HostLayout): string[] {
  const around = ['usr', ...shown].map((name) => `/${name}/`);
  const inSight = folders.filter((folder) => around.some((place) => folder.startsWith(place)));
  return inSight.filter((folder) => !inSight.some((other) => folder.startsWith(`${other}/`)));
}

/** bubblewrap makes parents that nobody but user 0 could pass through. */
const parents = [
  'home',
  'run',
  'opt',
  'opt/podlab',
  'opt/podlab/bin',
  'etc',
  'etc/ssl',
  'etc/pki',
  'etc/pki/tls',
];

/**
 * bubblewrap's arguments for one lab's sandbox. User 0 inside is the server's user outside, without any capability: with
 * another number bubblewrap makes two user namespaces, and later terminals of the lab could not join the first. Where the
 * learner is another user, `makeUserNamespace` has made one with both.
 */
export function sandboxArguments(plan: SandboxPlan): string[] {
  const { home, share, run, etc, kubectl, user, layout, hidden } = plan;
  const shown = kubectl?.startsWith('/usr/') && !hidden.some((folder) => kubectl.startsWith(`${folder}/`));
  return [
    user === undefined
      ? ['--unshare-user', '--uid', '0', '--gid', '0']
      : ['--userns', String(userNamespaceFd)],
    ['--unshare-pid', '--unshare-ipc', '--unshare-uts', '--unshare-net', '--unshare-cgroup-try'],
    ['--hostname', 'lab'],
    ['--ro-bind', '/usr', '/usr'],
    ...layout.links.map(({ name, target }) => ['--symlink', target, `/${name}`]),
    ...layout.folders.map((name) => ['--ro-bind', `/${name}`, `/${name}`]),
    ...hidden.flatMap((path) => [
      ['--perms', '0755', '--size', '4096', '--tmpfs', path],
      ['--remount-ro', path],
    ]),
    ...parents.map((name) => ['--perms', '0755', '--dir', `/${name}`]),
    ...generatedEtc.map((name) => ['--ro-bind', `${etc}/${name}`, `/etc/${name}`]),
    ...fromHostEtc.map((name) => ['--ro-bind-try', `/etc/${name}`, `/etc/${name}`]),
    ['--proc', '/proc'],
    ['--dev', '/dev'],
    ['--perms', '1777', '--size', String(sharedMemoryBytes), '--tmpfs', '/dev/shm', '--remount-ro', '/dev'],
    ['--perms', '1777', '--size', String(tmpBytes), '--tmpfs', '/tmp'],
    ['--ro-bind', share, inside.share],
    ['--ro-bind', run, inside.run],
    kubectl ? [shown ? '--symlink' : '--ro-bind', kubectl, inside.kubectl] : [],
    ['--bind', home, inside.home],
    // Those are for the first lines of the start script alone, which gives them up.
    ['--cap-drop', 'ALL', '--cap-add', 'CAP_SYS_ADMIN', '--cap-add', 'CAP_SYS_RESOURCE'],
    ['--cap-add', 'CAP_SETPCAP'],
    user === undefined ? [] : ['--cap-add', 'CAP_SETUID', '--cap-add', 'CAP_SETGID'],
    ['--clearenv', '--setenv', 'PATH', inside.path, '--chdir', '/'],
    ['--die-with-parent', '--remount-ro', '/'],
  ].flat();
}

/** The words before a program that becomes the learner and gives up every capability, for good. */
export function asLearner({ user }: Pick<SandboxPlan, 'user'>): string[] {
  return [
    'setpriv',
    ...(user === undefined ? [] : [`--reuid=${learnerId}`, `--regid=${learnerId}`, '--clear-groups']),
    '--bounding-set=-all',
    '--inh-caps=-all',
    '--ambient-caps=-all',
    '--no-new-privs',
  ];
}

/**
 * What the sandbox runs first: no further user namespaces, and the kernel's settings read-only (their files belong to
 * root, which a server run as root is outside). Then the relay to the API server, again whenever it ends.
 */
export function startScript(relay: string, plan: Pick<SandboxPlan, 'user'>): string {
  return [
    'set -e',
    'echo 0 > /proc/sys/user/max_user_namespaces',
    'for entry in sys irq bus fs acpi scsi pressure sysrq-trigger; do',
    '  if [ -e /proc/$entry ]; then mount --bind -o ro /proc/$entry /proc/$entry; fi',
    'done',
    'if [ -e /proc/mtrr ]; then mount --bind /dev/null /proc/mtrr; fi',
    'echo ready',
    `exec ${asLearner(plan).join(' ')} sh -c 'while :; do ${relay}; sleep 1; done' >/dev/null 2>&1 </dev/null`,
  ].join('\n');
}
