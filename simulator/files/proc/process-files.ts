import type { Process } from '../../runtime/process';
import type { FileOwner } from '../file-owner';
import { FileError, type FileStat } from '../file-system';
import { DescriptorLink, type Inode } from '../inode';
import type { OpenFile } from '../open-file';
import type { Volume } from '../volume';
import { fixedDirectory, GeneratedDirectory, GeneratedFile, GeneratedLink } from './generated';
import { mountInfoText, mountsText } from './mount-text';
import { namespaceLinks } from './namespace-links';
import { networkDirectory } from './network-files';
import { limitsText, statmText, statText, statusText, userMapText } from './process-text';
import { RootLink } from './root-link';

/** /proc/<pid>. */
export function processDirectory(volume: Volume, process: Process): GeneratedDirectory {
  const mine = { uid: process.uid, gid: process.gid };
  const text = (content: (owner: FileOwner) => string, mode = 0o444) =>
    new GeneratedFile(volume, content, { ...mine, mode });
  /** The text is the path in that process's own root; from elsewhere it is reached through /proc/<pid>/root. */
  const pathLink = (path: () => string) =>
    new GeneratedLink(
      volume,
      (owner) => {
        demand(owner, process, path());
        return path();
      },
      {
        ...mine,
        followed: (owner) => {
          demand(owner, process, path());
          return owner.process?.system === process.system ? path() : `/proc/${process.pid}/root${path()}`;
        },
      },
    );
  const alive = process.status === undefined;
  const { oomScoreAdj = 0 } = process.system;
  const entries: Record<string, () => Inode> = {
    cgroup: () => text(() => '0::/\n'),
    cmdline: () => text(() => (alive ? process.argv.map((arg) => `${arg}\0`).join('') : '')),
    comm: () => text(() => `${process.name}\n`, 0o644),
    cwd: () => pathLink(() => process.cwd),
    environ: () => text(() => [...process.env].map(([name, value]) => `${name}=${value}\0`).join(''), 0o400),
    exe: () => pathLink(() => process.executable),
    fd: () => descriptors(volume, process),
    limits: () => text(limitsText),
    mountinfo: () => text(() => mountInfoText(process.system.mounts)),
    mounts: () => text(() => mountsText(process.system.mounts)),
    net: () => networkDirectory(volume, () => process.system.network),
    ns: () =>
      fixedDirectory(
        volume,
        Object.fromEntries(
          namespaceLinks(process).map(([name, shown]) => [
            name,
            () =>
              new GeneratedLink(
                volume,
                (owner) => {
                  demand(owner, process, shown);
                  return shown;
                },
                mine,
              ),
          ]),
        ),
      ),
    // oom_badness of a process that holds next to nothing: two thirds of a scale from 0 to 2000.
    oom_score: () => text(() => `${Math.max(0, Math.round((666 * (1000 + oomScoreAdj)) / 1000))}\n`),
    oom_score_adj: () => text(() => `${oomScoreAdj}\n`, 0o644),
    root: () =>
      new RootLink(volume, process.uid, process.gid, (owner, path) => {
        demand(owner, process, path);
        return process.system.mounts;
      }),
    stat: () => text(() => statText(process)),
    statm: () => text(() => statmText(process)),
    status: () => text(() => statusText(process)),
    uid_map: () => text(() => userMapText(process)),
    gid_map: () => text(() => userMapText(process)),
  };
  return new GeneratedDirectory(
    volume,
    {
      names: () => Object.keys(entries),
      get: (name) => (Object.hasOwn(entries, name) ? entries[name]?.() : undefined),
    },
    mine,
  );
}

/** ptrace(2)'s rule (PTRACE_MODE_READ): the same user, or CAP_SYS_PTRACE. */
function demand(owner: FileOwner, process: Process, path: string): void {
  const same = owner.uid === process.uid && owner.gid === process.gid;
  if (!same && !owner.capable('SYS_PTRACE')) throw new FileError('EACCES', path);
  if (process.status !== undefined) throw new FileError('ENOENT', path);
}

function descriptors(volume: Volume, process: Process): GeneratedDirectory {
  return new GeneratedDirectory(
    volume,
    {
      names: () => [...process.fds.keys()].map(String),
      get: (name) => {
        const file = /^\d+$/.test(name) ? process.fds.get(Number(name)) : undefined;
        return file && new OpenDescriptor(volume, process, file);
      },
    },
    { mode: 0o500, uid: process.uid, gid: process.gid },
  );
}

/** /proc/<pid>/fd/<n>. */
class OpenDescriptor extends DescriptorLink {
  readonly target: string;

  constructor(
    volume: Volume,
    private readonly holder: Process,
    private readonly file: OpenFile,
  ) {
    super(volume, 0o700, holder.uid, holder.gid);
    this.target = file.path;
  }

  open(owner: FileOwner): OpenFile {
    demand(owner, this.holder, this.target);
    this.file.retain();
    return this.file;
  }

  statTarget(): FileStat {
    return this.file.stat();
  }
}
