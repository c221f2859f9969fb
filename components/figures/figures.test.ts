import { describe, expect, test } from 'vitest';
import type { PodFigureData, TimelineFigureData } from '../../core/content/lesson-schema';
import { loadLessons } from '../../core/content/load-lessons';
import { describeFigure } from './describe-figure';
import { type Box, narrowLayout, wideLayout } from './pod-layout';
import { tickStep, timelineLayout } from './timeline-layout';

const figures = loadLessons().lessons.flatMap((lesson) =>
  Object.entries(lesson.figures).map(([id, figure]) => ({ name: `${lesson.slug}/${id}`, figure })),
);
const pods = figures.flatMap(({ name, figure }) => (figure.kind === 'pod' ? [[name, figure] as const] : []));
const timelines = figures.flatMap(({ name, figure }) =>
  figure.kind === 'timeline' ? [[name, figure] as const] : [],
);

const inside = (inner: Box, outer: Box) =>
  inner.x >= outer.x &&
  inner.y >= outer.y &&
  inner.x + inner.width <= outer.x + outer.width &&
  inner.y + inner.height <= outer.y + outer.height;
const overlap = (a: Box, b: Box) =>
  a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;

describe.each([
  ['wide', wideLayout],
  ['narrow', narrowLayout],
] as const)('%s drawing of a Pod', (_, layout) => {
  test.each(
    pods,
  )('%s: everything is inside the Pod, and nothing covers anything else', (_, figure: PodFigureData) => {
    const { pod, network, containers, volumes, width, height } = layout(figure);
    const boxes = [network, ...containers.map(({ box }) => box), ...volumes.map(({ box }) => box)];
    expect(inside(pod, { x: 0, y: 0, width, height })).toBe(true);
    for (const box of boxes) expect(inside(box, pod)).toBe(true);
    for (const [at, box] of boxes.entries())
      for (const other of boxes.slice(at + 1)) expect(overlap(box, other)).toBe(false);
  });
});

test.each(
  timelines,
)('%s: bars lie between the first and the last second', (_, figure: TimelineFigureData) => {
  for (const size of [
    { width: 720, names: 'beside' },
    { width: 340, names: 'above' },
  ] as const) {
    const { rows, ticks } = timelineLayout(figure, size);
    for (const bar of rows.flatMap((row) => row.bars)) {
      expect(bar.x).toBeGreaterThanOrEqual(ticks[0]!.x - 0.01);
      expect(bar.x + bar.width).toBeLessThanOrEqual(size.width);
    }
  }
});

test('names beside the bars have room, however long the longest is', () => {
  const rows = (name: string) => [{ name, role: 'sidecar' as const, spans: [] }];
  const from = (name: string) =>
    timelineLayout(
      { kind: 'timeline', title: '', caption: '', end: 10, marks: [], rows: rows(name) },
      { width: 720, names: 'beside' },
    ).ticks[0]!.x;
  expect(from('log-shipper-of-logs') - from('log-shipper')).toBeGreaterThanOrEqual(8 * 7);
});

test.each([
  [12, 8, 2],
  [40, 8, 5],
  [40, 4, 10],
  [5, 8, 1],
])('an axis of %d s with at most %d ticks has one every %d s', (end, most, step) => {
  expect(tickStep(end, most)).toBe(step);
});

test.each(
  figures.map(({ name, figure }) => [name, figure] as const),
)('%s is also told in words', (_, figure) => {
  const words = describeFigure(figure).join(' ');
  const names = figure.kind === 'pod' ? figure.containers : figure.rows;
  for (const { name } of names) expect(words).toContain(name);
});
