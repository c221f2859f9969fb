import { randomFillSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { Disk } from './disk';
import { superuser } from './file-owner';
import { FileView } from './file-view';
import { MountTable } from './mount-table';
import { restoreTree, VolumeTree } from './volume-tree';

const mebibyte = 1024 * 1024;
const piece = 64 * 1024;

function node(sizeBytes: number, memoryBytes: number) {
  const disk = new Disk(sizeBytes, memoryBytes);
  const volume = () => new VolumeTree({ now: () => 0, disk });
  const viewOf = (tree: VolumeTree) => new FileView(new MountTable(tree.root), superuser);
  /** Writes as dd does; resolves with the bytes that found room. */
  const fill = (tree: VolumeTree, path: string, bytes: number, data: () => Uint8Array) => {
    const file = viewOf(tree).open(path, 'w');
    let written = 0;
    try {
      while (written < bytes) written += file.write(data());
    } catch (error) {
      expect(error).toMatchObject({ code: 'ENOSPC' });
    } finally {
      file.release();
    }
    return written;
  };
  return { disk, volume, viewOf, fill };
}

const zeros = new Uint8Array(piece);
const random = () => randomFillSync(new Uint8Array(piece));
const same = () => Buffer.alloc(piece, 'y\n');

describe('the disk of a node', () => {
  it('has its full size for zeros and for what repeats, which need no memory', () => {
    const { volume, fill, disk } = node(3 * 1024 * mebibyte, mebibyte);
    expect(fill(volume(), '/zeros', 1024 * mebibyte, () => zeros)).toBe(1024 * mebibyte);
    expect(fill(volume(), '/same', 1024 * mebibyte, same)).toBe(1024 * mebibyte);
    expect(disk.usedBytes).toBe(2048 * mebibyte);
  });

  it('is full at its size, for all volumes together', () => {
    const { volume, fill } = node(10 * mebibyte, mebibyte);
    expect(fill(volume(), '/a', 6 * mebibyte, () => zeros)).toBe(6 * mebibyte);
    expect(fill(volume(), '/b', 6 * mebibyte, () => zeros)).toBe(4 * mebibyte);
  });

  it('is full when there is no memory for more bytes that differ', () => {
    const { volume, fill, disk } = node(1024 * mebibyte, 8 * mebibyte);
    const written = fill(volume(), '/a', 1024 * mebibyte, random);
    expect(written).toBeGreaterThan(7 * mebibyte);
    expect(written).toBeLessThanOrEqual(8 * mebibyte);
    expect(disk.usedBytes).toBe(written);
    expect(fill(volume(), '/b', mebibyte, random)).toBe(0);
  });

  it('is full when there are too many names, however empty their files are', () => {
    const { volume, viewOf } = node(1024 * mebibyte, mebibyte);
    const view = viewOf(volume());
    let made = 0;
    const make = () => {
      for (; made < 1e6; made++) view.open(`/${made}`, 'w').release();
    };
    expect(make).toThrow(/ENOSPC/);
    expect(made).toBe(1024);
    view.unlink('/7');
    view.mkdir('/room');
    expect(() => view.symlink('x', '/none')).toThrow(/ENOSPC/);
  });

  it('is made again as full as it was', () => {
    const { volume, viewOf } = node(1024 * mebibyte, mebibyte);
    const tree = volume();
    // What the image brings is counted from the second time on only.
    tree.write('/of-the-image', 'x');
    const view = viewOf(tree);
    const make = () => {
      for (let made = 0; ; made++) view.open(`/${made}`, 'w').release();
    };
    expect(make).toThrow(/ENOSPC/);
    const other = node(1024 * mebibyte, mebibyte);
    const restored = restoreTree(JSON.parse(JSON.stringify(tree.snapshot())), {
      now: () => 0,
      disk: other.disk,
    });
    expect(other.viewOf(restored).list('/')).toEqual(view.list('/'));
  });

  it.each<[string, (tree: VolumeTree, view: FileView) => void]>([
    ['a file has been removed', (_tree, view) => view.unlink('/a')],
    ['a file has been emptied', (_tree, view) => view.open('/a', 'w').release()],
    ['a volume has been discarded', (tree) => tree.discard()],
  ])('has room again when %s', (_name, free) => {
    const { volume, viewOf, fill, disk } = node(1024 * mebibyte, 8 * mebibyte);
    const tree = volume();
    fill(tree, '/a', 1024 * mebibyte, random);
    free(tree, viewOf(tree));
    expect(disk.usedBytes).toBe(0);
    expect(fill(volume(), '/b', 6 * mebibyte, random)).toBe(6 * mebibyte);
  });

  it('keeps large files over a snapshot, without writing out what repeats', () => {
    const { volume, viewOf, fill } = node(1024 * mebibyte, 64 * mebibyte);
    const tree = volume();
    fill(tree, '/zeros', 300 * mebibyte, () => zeros);
    fill(tree, '/same', 300 * mebibyte, same);
    fill(tree, '/random', mebibyte, random);
    tree.write('/sparse', '');
    viewOf(tree).truncate('/sparse', 5 * mebibyte);
    const text = JSON.stringify(tree.snapshot());
    expect(text.length).toBeLessThan(2 * mebibyte);

    const other = node(1024 * mebibyte, 64 * mebibyte);
    const restored = restoreTree(JSON.parse(text), { now: () => 0, disk: other.disk });
    expect(restored.usage()).toBe(tree.usage());
    expect(Buffer.compare(restored.read('/random') ?? zeros, tree.read('/random') ?? same())).toBe(0);
    for (const [path, size] of [
      ['/zeros', 300],
      ['/same', 300],
      ['/sparse', 5],
    ] as const)
      expect(restored.stat(path)?.size).toBe(size * mebibyte);
    const content = other.viewOf(restored).open('/same', 'r');
    content.seek(299 * mebibyte, 'start');
    expect(Buffer.compare(content.read(piece) ?? zeros, same())).toBe(0);
  });
});
