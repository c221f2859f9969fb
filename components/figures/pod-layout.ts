import type { PodFigureData } from '../../core/content/lesson-schema';

export interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

type Container = PodFigureData['containers'][number];
type Volume = PodFigureData['volumes'][number];

/** Where everything of a Pod figure goes, in SVG units. Shared things frame the separate ones: network above, volumes below. */
export interface PodLayout {
  width: number;
  height: number;
  pod: Box;
  network: Box;
  containers: { container: Container; box: Box }[];
  /** Ways through the network band, from a container (or from outside) down to another. */
  lanes: { path: string; label: string; labelX: number; labelY: number; outside: boolean }[];
  volumes: { volume: Volume; box: Box }[];
  /** From a container down to a volume it mounts. */
  mounts: { path: string; label: string; x: number; y: number }[];
}

const margin = 10;
const headHeight = 46;
const laneHeight = 28;

/** Containers side by side: for a column of at least 560 px. */
export function wideLayout(figure: PodFigureData): PodLayout {
  const width = 720;
  const outside = figure.talk.some((talk) => talk.from === 'outside');
  const left = outside ? 132 : margin;
  const inner = { x: left + 22, width: width - margin - left - 44 };
  const gap = 24;
  const count = figure.containers.length;
  const boxWidth = Math.min((inner.width - gap * (count - 1)) / count, 300);
  const rowWidth = boxWidth * count + gap * (count - 1);
  const firstX = inner.x + (inner.width - rowWidth) / 2;

  const network: Box = {
    x: inner.x,
    y: margin + headHeight,
    width: inner.width,
    height: 34 + figure.talk.length * laneHeight,
  };
  const rowY = network.y + network.height + 24;
  const containers = figure.containers.map((container, at) => ({
    container,
    box: { x: firstX + at * (boxWidth + gap), y: rowY, width: boxWidth, height: 96 },
  }));
  const boxOf = (name: string) => containers.find((entry) => entry.container.name === name)?.box;

  const lanes = figure.talk.flatMap((talk, at) => {
    const to = boxOf(talk.to);
    const from = talk.from === 'outside' ? undefined : boxOf(talk.from);
    if (!to || (talk.from !== 'outside' && !from)) return [];
    const y = network.y + 34 + at * laneHeight + laneHeight / 2;
    const toX = to.x + to.width / 2 + spread(at);
    const start = from
      ? `M${from.x + from.width / 2 + spread(at)} ${from.y} V${y}`
      : `M${margin + 4} ${y} H${network.x}`;
    const fromX = from ? from.x + from.width / 2 : network.x;
    return [
      {
        path: `${start} H${toX} V${to.y - 3}`,
        label: talk.label,
        // What comes from outside is named where it comes from.
        labelX: from ? (fromX + toX) / 2 : (margin + left) / 2,
        labelY: y,
        outside: !from,
      },
    ];
  });

  const mountY = rowY + 96;
  const volumeY = mountY + 62;
  const volumes = figure.volumes.map((volume, at) => ({
    volume,
    box: { x: inner.x, y: volumeY + at * 62, width: inner.width, height: 46 },
  }));
  const mounts = volumes.flatMap(({ volume, box }, at) =>
    volume.mounts.flatMap((mount) => {
      const from = boxOf(mount.container);
      if (!from) return [];
      const x = from.x + 24 + at * (from.width - 48);
      return [
        {
          path: `M${x} ${mountY} V${box.y}`,
          label: `${mount.path}${mount.readOnly ? ' (ro)' : ''}`,
          x: x + 8,
          y: mountY + 26 + at * 18,
        },
      ];
    }),
  );

  const bottom = volumes.length > 0 ? volumeY + volumes.length * 62 - 16 : mountY;
  return {
    width,
    height: bottom + 22 + margin,
    pod: { x: left, y: margin, width: width - margin - left, height: bottom + 22 - margin },
    network,
    containers,
    lanes,
    volumes,
    mounts,
  };
}

/** Neighbouring lanes leave a container at different places. */
function spread(at: number): number {
  return (at % 2 === 0 ? 1 : -1) * Math.ceil(at / 2) * 36;
}

/** Containers one below the other: for phones. Connections and mounts become lines of text in what they belong to. */
export function narrowLayout(figure: PodFigureData): PodLayout {
  const width = 340;
  const inner = { x: margin + 14, width: width - 2 * margin - 28 };
  const network: Box = {
    x: inner.x,
    y: margin + headHeight,
    width: inner.width,
    height: 36 + figure.talk.length * 22,
  };
  let y = network.y + network.height + 14;
  const containers = figure.containers.map((container) => {
    const box = { x: inner.x, y, width: inner.width, height: 84 };
    y += box.height + 12;
    return { container, box };
  });
  const volumes = figure.volumes.map((volume) => {
    const box = { x: inner.x, y, width: inner.width, height: 44 + volume.mounts.length * 20 };
    y += box.height + 12;
    return { volume, box };
  });
  return {
    width,
    height: y + 6 + margin,
    pod: { x: margin, y: margin, width: width - 2 * margin, height: y - margin + 6 },
    network,
    containers,
    lanes: [],
    volumes,
    mounts: [],
  };
}
