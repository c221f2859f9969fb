import { describe } from 'vitest';
import { annsFile, last, mode, table, text, write } from './view-for-tests';

// Tables from the manual pages of the system calls: path_resolution(7), open(2), rename(2), unlink(2), link(2) …

describe('permissions', () => {
  table([
    [
      'the owner’s bits alone count for the owner',
      (user) => last(annsFile(user, 0o077), text(user(1), '/tmp/f')),
      'EACCES',
    ],
    [
      'the group’s bits alone count for its members',
      (user) => last(annsFile(user, 0o704), text(user(2, 10), '/tmp/f')),
      'EACCES',
    ],
    [
      'a supplementary group is as good',
      (user) => last(annsFile(user, 0o040), text(user(2, 20, [10]), '/tmp/f')),
      'hers',
    ],
    [
      'the others’ bits count for all others',
      (user) => last(annsFile(user, 0o004), text(user(2), '/tmp/f')),
      'hers',
    ],
    [
      'writing needs the write bit',
      (user) => last(annsFile(user, 0o444), write(user(1), '/tmp/f', 'x')),
      'EACCES',
    ],
    [
      'the superuser reads and writes everything',
      (user) => last(annsFile(user, 0), write(user(0), '/tmp/f', 'x'), text(user(0), '/tmp/f')),
      'x',
    ],
    [
      'the superuser needs one execute bit to run a file',
      (user) => last(annsFile(user, 0o666), user(0).access('/tmp/f', 1)),
      false,
    ],
    ['a directory is searched by its execute bit', (user) => user(1).stat('/root/x'), 'EACCES'],
    [
      '… and listed by its read bit',
      (user) => last(user(1).mkdir('/tmp/d', 0o300), user(1).list('/tmp/d')),
      'EACCES',
    ],
    [
      '… and searched without it',
      (user) =>
        last(user(1).mkdir('/tmp/d', 0o300), write(user(1), '/tmp/d/f', 'x'), text(user(1), '/tmp/d/f')),
      'x',
    ],
    ['making a file needs the directory’s write bit', (user) => write(user(1), '/etc-like', 'x'), 'EACCES'],
    [
      'umask takes bits from new files',
      (user) => last(write(user(1, 10, [], 0o077), '/tmp/f', 'x'), mode(user(1), '/tmp/f')),
      '600',
    ],
    [
      'umask takes bits from new directories',
      (user) => last(user(1, 10, [], 0o027).mkdir('/tmp/d'), mode(user(1), '/tmp/d')),
      '750',
    ],
    ['umask does not matter to chmod', (user) => last(annsFile(user, 0o666), mode(user(1), '/tmp/f')), '666'],
    [
      'only the owner changes the mode',
      (user) => last(annsFile(user, 0o666), user(2).chmod('/tmp/f', 0o777)),
      'EPERM',
    ],
    [
      'only the superuser gives files away',
      (user) => last(annsFile(user, 0o666), user(1).chown('/tmp/f', 2, -1)),
      'EPERM',
    ],
    [
      'the owner gives to a group of hers',
      (user) =>
        last(annsFile(user, 0o666), user(1, 10, [30]).chown('/tmp/f', -1, 30), user(0).stat('/tmp/f').gid),
      30,
    ],
    ['… and to no other', (user) => last(annsFile(user, 0o666), user(1).chown('/tmp/f', -1, 99)), 'EPERM'],
    [
      'giving away takes setuid and setgid',
      (user) => last(annsFile(user, 0o6755), user(0).chown('/tmp/f', 2, 20), mode(user(0), '/tmp/f')),
      '755',
    ],
    [
      'setgid of a group that one is not in is taken away',
      (user) =>
        last(
          annsFile(user, 0o644),
          user(0).chown('/tmp/f', 1, 99),
          user(1).chmod('/tmp/f', 0o2755),
          mode(user(1), '/tmp/f'),
        ),
      '755',
    ],
    [
      'a setgid directory gives its group to what is made in it',
      (user) =>
        last(
          user(1).mkdir('/tmp/d'),
          user(1).chmod('/tmp/d', 0o2777),
          write(user(2), '/tmp/d/f', 'x'),
          user(2).stat('/tmp/d/f').gid,
        ),
      10,
    ],
    [
      '… and its bit to directories',
      (user) =>
        last(
          user(1).mkdir('/tmp/d'),
          user(1).chmod('/tmp/d', 0o2777),
          user(2).mkdir('/tmp/d/e'),
          mode(user(2), '/tmp/d/e'),
        ),
      '2755',
    ],
    [
      'sticky: others do not delete',
      (user) => last(annsFile(user, 0o666), user(2).unlink('/tmp/f')),
      'EPERM',
    ],
    [
      'sticky: others do not rename',
      (user) => last(annsFile(user, 0o666), user(2).rename('/tmp/f', '/tmp/g')),
      'EPERM',
    ],
    ['sticky: the owner deletes', (user) => last(annsFile(user, 0o666), user(1).unlink('/tmp/f')), undefined],
    [
      'sticky: the superuser deletes',
      (user) => last(annsFile(user, 0o666), user(0).unlink('/tmp/f')),
      undefined,
    ],
    [
      'without it, the directory decides',
      (user) => last(annsFile(user, 0o600, '/data/g'), user(2).unlink('/data/g')),
      undefined,
    ],
    [
      'times are set by the owner',
      (user) => last(annsFile(user, 0o666), user(2).utimes('/tmp/f', 1, 1)),
      'EPERM',
    ],
    [
      '… but “now” by whoever may write',
      (user) => last(annsFile(user, 0o666), user(2).utimes('/tmp/f', 1, 1, { now: true })),
      undefined,
    ],
  ]);
});

describe('mounts', () => {
  table([
    ['a read-only mount takes no new file', (user) => write(user(0), '/ro/new', 'x'), 'EROFS'],
    ['… no change of a file', (user) => write(user(0), '/ro/f', 'x'), 'EROFS'],
    ['… no appending', (user) => write(user(0), '/ro/f', 'x', 'a'), 'EROFS'],
    ['… no mkdir', (user) => user(0).mkdir('/ro/d'), 'EROFS'],
    ['… no unlink', (user) => user(0).unlink('/ro/f'), 'EROFS'],
    ['… no chmod', (user) => user(0).chmod('/ro/f', 0o777), 'EROFS'],
    ['… no chown', (user) => user(0).chown('/ro/f', 1, 1), 'EROFS'],
    ['… no touch', (user) => user(0).utimes('/ro/f', 1, 1), 'EROFS'],
    ['… but what exists already still exists', (user) => user(0).mkdir('/ro/f'), 'EEXIST'],
    ['… and devices are written to', (user) => write(user(0), '/ro/null', 'x', 'r+'), 1],
    ['… and read', (user) => text(user(1), '/ro/f'), 'fixed'],
    ['access(2) knows', (user) => user(0).access('/ro/f', 2), false],
    ['a file is not renamed to another mount', (user) => user(0).rename('/data/f', '/tmp/f'), 'EXDEV'],
    ['… nor linked', (user) => user(0).link('/data/f', '/tmp/f'), 'EXDEV'],
    ['… even to another mount of the same volume', (user) => user(0).rename('/data/f', '/sub/f'), 'EXDEV'],
    ['… nor linked there', (user) => user(0).link('/data/f', '/sub/f'), 'EXDEV'],
    ['a mount point is not removed', (user) => user(0).rmdir('/data'), 'EBUSY'],
    ['… nor renamed', (user) => user(0).rename('/data', '/other'), 'EBUSY'],
    [
      'a part of a volume is the same there',
      (user) => last(write(user(0), '/data/part/new', 'x'), text(user(0), '/sub/new')),
      'x',
    ],
    ['… and its parent is that of the mount point', (user) => user(0).list('/sub/..').includes('tmp'), true],
    ['a path through `..` crosses mounts', (user) => text(user(0), '/tmp/../data/./f'), 'data'],
  ]);
});
