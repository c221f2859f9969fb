import { describe } from 'vitest';
import { encode } from './byte-string';
import { FileView } from './file-view';
import { annsFile, last, outcome, table, text, type User, write } from './view-for-tests';

// Tables from the manual pages of the system calls: path_resolution(7), open(2), rename(2), unlink(2), link(2) …

describe('a full volume', () => {
  const fill = 'x'.repeat(8192);
  table([
    ['takes what fits', (user) => write(user(0), '/tmpfs/f', fill), 8192],
    ['takes a part of what does not fit', (user) => write(user(0), '/tmpfs/f', fill + fill), 8192],
    [
      'takes nothing more',
      (user) => last(write(user(0), '/tmpfs/f', fill), write(user(0), '/tmpfs/g', 'x')),
      'ENOSPC',
    ],
    [
      '… but still makes the name',
      (user) =>
        last(
          write(user(0), '/tmpfs/f', fill),
          outcome(() => write(user(0), '/tmpfs/g', 'x')),
          user(0).stat('/tmpfs/g').size,
        ),
      0,
    ],
    [
      'has room again after unlink',
      (user) =>
        last(write(user(0), '/tmpfs/f', fill), user(0).unlink('/tmpfs/f'), write(user(0), '/tmpfs/g', fill)),
      8192,
    ],
    [
      '… after truncation',
      (user) =>
        last(
          write(user(0), '/tmpfs/f', fill),
          user(0).truncate('/tmpfs/f', 0),
          write(user(0), '/tmpfs/g', fill),
        ),
      8192,
    ],
    [
      '… not while the deleted file is open',
      (user) => {
        write(user(0), '/tmpfs/f', fill);
        const open = user(0).open('/tmpfs/f', 'r');
        user(0).unlink('/tmpfs/f');
        const meanwhile = outcome(() => write(user(0), '/tmpfs/g', 'x'));
        open.release();
        return [meanwhile, write(user(0), '/tmpfs/g', 'x')];
      },
      ['ENOSPC', 1],
    ],
    [
      'does not count holes',
      (user) =>
        last(
          write(user(0), '/tmpfs/f', ''),
          user(0).truncate('/tmpfs/f', 1 << 30),
          user(0).stat('/tmpfs/f').size,
        ),
      1 << 30,
    ],
    [
      'lets a file be overwritten',
      (user) => last(write(user(0), '/tmpfs/f', fill), write(user(0), '/tmpfs/f', 'y'.repeat(8192), 'r+')),
      8192,
    ],
  ]);
});

describe('links', () => {
  table([
    [
      'a loop of symlinks',
      (user) => last(user(0).symlink('/b', '/a'), user(0).symlink('/a', '/b'), user(0).stat('/a')),
      'ELOOP',
    ],
    [
      '… is seen without following',
      (user) => last(user(0).symlink('/a', '/a'), user(0).stat('/a', false).type),
      'symlink',
    ],
    ['… of 40 links is followed', (user) => chain(user, 40), 'end'],
    ['… of 41 is not', (user) => chain(user, 41), 'ELOOP'],
    ['a symlink to nothing', (user) => last(user(0).symlink('nowhere', '/a'), text(user(0), '/a')), 'ENOENT'],
    [
      '… is where a new file comes to be',
      (user) => last(user(0).symlink('/tmp/new', '/a'), write(user(0), '/a', 'x'), text(user(0), '/tmp/new')),
      'x',
    ],
    [
      '… but not with O_EXCL',
      (user) => last(user(0).symlink('/tmp/new', '/a'), write(user(0), '/a', 'x', 'wx')),
      'EEXIST',
    ],
    [
      'a relative one starts at its own place',
      (user) => last(user(0).symlink('../data/f', '/tmp/a'), text(user(0), '/tmp/a')),
      'data',
    ],
    [
      'a slash behind it follows',
      (user) => last(user(0).symlink('/data', '/a'), user(0).stat('/a/', false).type),
      'directory',
    ],
    ['readlink of what is none', (user) => user(0).readlink('/data/f'), 'EINVAL'],
    [
      'a hard link is the same file',
      (user) =>
        last(user(0).link('/data/f', '/data/g'), write(user(0), '/data/g', 'new'), [
          text(user(0), '/data/f'),
          user(0).stat('/data/f').nlink,
        ]),
      ['new', 2],
    ],
    [
      '… and outlives the first name',
      (user) =>
        last(user(0).link('/data/f', '/data/g'), user(0).unlink('/data/f'), [
          text(user(0), '/data/g'),
          user(0).stat('/data/g').nlink,
        ]),
      ['data', 1],
    ],
    ['a directory has none', (user) => user(0).link('/tmp', '/t'), 'EPERM'],
    ['a name that is taken', (user) => user(0).link('/data/f', '/data/part'), 'EEXIST'],
    [
      'of a file that one may not write (protected_hardlinks)',
      (user) => last(annsFile(user, 0o644), user(2).link('/tmp/f', '/tmp/g')),
      'EPERM',
    ],
    [
      '… that one may read and write',
      (user) => last(annsFile(user, 0o666), user(2).link('/tmp/f', '/tmp/g')),
      undefined,
    ],
  ]);
});

function chain(user: User, length: number): string {
  write(user(0), '/tmp/0', 'end');
  for (let at = 1; at <= length; at++) user(0).symlink(`/tmp/${at - 1}`, `/tmp/${at}`);
  return text(user(0), `/tmp/${length}`);
}

describe('names and directories', () => {
  const long = 'n'.repeat(256);
  table([
    ['a name of 255 bytes', (user) => write(user(0), `/tmp/${long.slice(1)}`, 'x'), 1],
    ['… of 256', (user) => write(user(0), `/tmp/${long}`, 'x'), 'ENAMETOOLONG'],
    ['a path of 4096 bytes', (user) => user(0).stat(`/${'./'.repeat(2048)}`), 'ENAMETOOLONG'],
    ['directories nest no deeper than a path can be', (user) => nested(user(0), 3_000), 'ENAMETOOLONG'],
    [
      '… also when they are moved into each other',
      (user) => {
        outcome(() => nested(user(0), 3_000));
        user(0).mkdir('/tmp/top');
        return user(0).rename('/tmp/d', '/tmp/top/d');
      },
      'ENAMETOOLONG',
    ],
    ['the empty path', (user) => user(0).stat(''), 'ENOENT'],
    ['a file is no directory', (user) => user(0).stat('/data/f/x'), 'ENOTDIR'],
    ['… with a slash behind it either', (user) => user(0).stat('/data/f/'), 'ENOTDIR'],
    ['a slash behind a new file', (user) => write(user(0), '/tmp/new/', 'x'), 'EISDIR'],
    ['a slash behind a new directory', (user) => user(0).mkdir('/tmp/new/'), undefined],
    ['a slash behind a new symlink', (user) => user(0).symlink('x', '/tmp/new/'), 'ENOENT'],
    ['writing to a directory', (user) => user(0).open('/tmp', 'w'), 'EISDIR'],
    ['reading one as a file', (user) => user(0).open('/tmp', 'r').read(1), 'EISDIR'],
    ['a parent that is not there', (user) => user(0).mkdir('/no/d'), 'ENOENT'],
    ['rmdir of what is not empty', (user) => user(0).rmdir('/data/part'), 'ENOTEMPTY'],
    ['rmdir of a file', (user) => user(0).rmdir('/data/f'), 'ENOTDIR'],
    ['rmdir of a dot', (user) => user(0).rmdir('/data/part/inner/.'), 'EINVAL'],
    ['unlink of a directory', (user) => user(0).unlink('/data/part'), 'EISDIR'],
    [
      'a directory that was removed takes nothing',
      (user) => {
        user(0).mkdir('/tmp/d');
        const inside = new FileView(user(0).mounts, {
          uid: 0,
          gid: 0,
          groups: [],
          cwd: '/tmp/d',
          umask: 0,
          capable: () => true,
        });
        user(0).rmdir('/tmp/d');
        return write(inside, 'f', 'x');
      },
      'ENOENT',
    ],
    [
      'links of a directory count its own',
      (user) => [
        user(0).stat('/data/part').nlink,
        last(user(0).mkdir('/data/part/more'), user(0).stat('/data/part').nlink),
      ],
      [3, 4],
    ],
  ]);
});

/** Makes so many directories, each in the one before. */
function nested(files: FileView, depth: number): void {
  for (let at = 1; at <= depth; at++) {
    const cwd = `/tmp${'/d'.repeat(at - 1)}`;
    const here = { uid: 0, gid: 0, groups: [], umask: 0, capable: () => true };
    new FileView(files.mounts, { ...here, cwd }).mkdir('d');
  }
}

describe('rename', () => {
  table([
    [
      'replaces a file',
      (user) =>
        last(
          write(user(0), '/data/g', 'new'),
          user(0).rename('/data/g', '/data/f'),
          text(user(0), '/data/f'),
        ),
      'new',
    ],
    [
      'replaces an empty directory',
      (user) => last(user(0).mkdir('/data/d'), user(0).rename('/data/d', '/data/part/inner')),
      undefined,
    ],
    [
      'not one that holds something',
      (user) => last(user(0).mkdir('/data/d'), user(0).rename('/data/d', '/data/part')),
      'ENOTEMPTY',
    ],
    ['not a file by a directory', (user) => user(0).rename('/data/part', '/data/f'), 'ENOTDIR'],
    ['not a directory by a file', (user) => user(0).rename('/data/f', '/data/part'), 'EISDIR'],
    ['not into itself', (user) => user(0).rename('/data/part', '/data/part/inner/x'), 'EINVAL'],
    ['of what is not there', (user) => user(0).rename('/data/no', '/data/x'), 'ENOENT'],
    [
      'to the same file does nothing',
      (user) =>
        last(
          user(0).link('/data/f', '/data/g'),
          user(0).rename('/data/f', '/data/g'),
          user(0).exists('/data/f'),
        ),
      true,
    ],
    [
      'a directory that one may not write stays in its parent',
      (user) =>
        last(
          user(1).mkdir('/data/d', 0o500),
          user(1).mkdir('/data/e'),
          user(1).rename('/data/d', '/data/e/d'),
        ),
      'EACCES',
    ],
    [
      '… but may change its name',
      (user) => last(user(1).mkdir('/data/d', 0o500), user(1).rename('/data/d', '/data/e')),
      undefined,
    ],
  ]);
});

describe('open files', () => {
  table([
    [
      'live on after their last name',
      (user) => {
        const open = user(0).open('/data/f', 'r');
        user(0).unlink('/data/f');
        return [Buffer.from(open.read(9) ?? []).toString(), open.stat().nlink, user(0).exists('/data/f')];
      },
      ['data', 0, false],
    ],
    [
      'append at the end, whoever wrote last',
      (user) => {
        const open = user(0).open('/data/f', 'a');
        write(user(0), '/data/f', '+', 'a');
        open.write(encode('!'));
        return text(user(0), '/data/f');
      },
      'data+!',
    ],
    [
      'leave a hole where they were cut short',
      (user) => {
        const open = user(0).open('/data/f', 'r+');
        open.seek(4, 'start');
        user(0).truncate('/data/f', 0);
        open.write(encode('x'));
        return text(user(0), '/data/f');
      },
      '\0\0\0\0x',
    ],
    ['grow by zeros', (user) => last(user(0).truncate('/data/f', 6), text(user(0), '/data/f')), 'data\0\0'],
    [
      'shrink and grow again',
      (user) =>
        last(user(0).truncate('/data/f', 2), user(0).truncate('/data/f', 4), text(user(0), '/data/f')),
      'da\0\0',
    ],
    [
      'are emptied by w, not by a',
      (user) =>
        last(write(user(0), '/data/f', 'x'), write(user(0), '/data/f', 'y', 'a'), text(user(0), '/data/f')),
      'xy',
    ],
    [
      'keep the rights that they were opened with',
      (user) => {
        annsFile(user, 0o600);
        const open = user(1).open('/tmp/f', 'r+');
        user(1).chmod('/tmp/f', 0);
        return open.write(encode('still'));
      },
      5,
    ],
    ['opened to read are not written', (user) => user(0).open('/data/f', 'r').write(encode('x')), 'EBADF'],
    ['opened to write are not read', (user) => user(0).open('/data/f', 'a').read(1), 'EBADF'],
    ['seek before the start', (user) => user(0).open('/data/f', 'r').seek(-1, 'start'), 'EINVAL'],
  ]);
});

describe('special files', () => {
  table([
    ['/dev/null reads as empty', (user) => user(0).open('/dev/null', 'r').read(9)?.length, 0],
    ['… and takes everything', (user) => write(user(0), '/dev/null', 'xyz'), 3],
    ['/dev/zero reads as zeros', (user) => [...(user(0).open('/dev/zero', 'r').read(3) ?? [])], [0, 0, 0]],
    ['/dev/full takes nothing', (user) => write(user(0), '/dev/full', 'x'), 'ENOSPC'],
    ['… and reads as zeros', (user) => [...(user(0).open('/dev/full', 'r').read(2) ?? [])], [0, 0]],
    [
      '/dev/urandom differs each time',
      (user) => new Set([1, 2].map(() => String(user(0).open('/dev/urandom', 'r').read(16)))).size,
      2,
    ],
    [
      'devices have numbers',
      (user) => [user(0).stat('/dev/null').major, user(0).stat('/dev/null').minor],
      [1, 3],
    ],
    [
      'a fifo carries bytes from one end to the other',
      (user) => {
        user(0).mkfifo('/tmp/p');
        const [reader, writer] = [user(0).open('/tmp/p', 'r'), user(0).open('/tmp/p', 'w')];
        writer.write(encode('through'));
        const got = Buffer.from(reader.read(99) ?? []).toString();
        const nothing = reader.read(1);
        writer.release();
        return [got, nothing, reader.read(1)?.length];
      },
      ['through', undefined, 0],
    ],
    [
      '… and breaks without a reader',
      (user) => {
        user(0).mkfifo('/tmp/p');
        const [reader, writer] = [user(0).open('/tmp/p', 'r'), user(0).open('/tmp/p', 'w')];
        reader.release();
        return writer.write(encode('x'));
      },
      'EPIPE',
    ],
    [
      '… has no position',
      (user) => last(user(0).mkfifo('/tmp/p'), user(0).open('/tmp/p', 'r+').seek(0, 'start')),
      'ESPIPE',
    ],
  ]);
});
