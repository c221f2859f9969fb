import type { TimelineFigureData } from '../../core/content/lesson-schema';

type Row = TimelineFigureData['rows'][number];
type Anchor = 'start' | 'middle' | 'end';

export interface TimelineLayout {
  width: number;
  height: number;
  /** Where rows begin and end. */
  top: number;
  bottom: number;
  ticks: { second: number; x: number; anchor: Anchor }[];
  rows: {
    name: string;
    role: Row['role'];
    nameX: number;
    nameY: number;
    bars: {
      x: number;
      y: number;
      width: number;
      height: number;
      state: Row['spans'][number]['state'];
      label?: string;
    }[];
  }[];
  marks: { label: string; x: number; y: number; textX: number; anchor: Anchor }[];
}

const barHeight = 30;
const edge = 12;
/** A letter of a row's name at most takes so much on average. */
const letterWidth = 8;

/** Names stand left of the bars, or above them (phones). SVG units. */
export function timelineLayout(
  figure: TimelineFigureData,
  { width, names }: { width: number; names: 'beside' | 'above' },
): TimelineLayout {
  const beside = names === 'beside';
  const from = beside ? gutterFor(figure.rows) : edge;
  const to = width - edge;
  const xAt = (second: number) => from + ((to - from) * Math.min(second, figure.end)) / figure.end;

  const markHeight = 20;
  const top = 12 + figure.marks.length * markHeight;
  const rowHeight = beside ? barHeight + 14 : barHeight + 34;
  const bottom = top + figure.rows.length * rowHeight + 4;

  const rows = figure.rows.map((row, at) => {
    const rowTop = top + 8 + at * rowHeight;
    const barY = beside ? rowTop : rowTop + 20;
    return {
      name: row.name,
      role: row.role,
      nameX: beside ? 4 : from,
      nameY: beside ? rowTop + 20 : rowTop + 13,
      bars: row.spans.map((span) => {
        const x = xAt(span.from);
        const barWidth = Math.max(xAt(span.to) - x - 2, 6);
        // A label that would not fit is left to the words below the figure.
        const label = span.label && span.label.length * 7.2 + 14 <= barWidth ? span.label : undefined;
        return { x, y: barY, width: barWidth, height: barHeight, state: span.state, ...(label && { label }) };
      }),
    };
  });

  const step = tickStep(figure.end, beside ? 8 : 4);
  const ticks = [];
  for (let second = 0; second <= figure.end; second += step) {
    const anchor: Anchor = second === 0 ? 'start' : second === figure.end ? 'end' : 'middle';
    ticks.push({ second, x: xAt(second), anchor });
  }

  const marks = figure.marks.map((mark, at) => {
    const x = xAt(mark.at);
    const anchor: Anchor = x > (from + to) / 2 ? 'end' : 'start';
    return { label: mark.label, x, y: 16 + at * markHeight, textX: x + (anchor === 'end' ? -5 : 5), anchor };
  });

  return { width, height: bottom + 28, top, bottom, ticks, rows, marks };
}

/** Room for the longest name, with its role where that is shown. */
function gutterFor(rows: readonly Row[]): number {
  const letters = rows.map(({ name, role }) => (role === 'main' ? name : `${name} ${role}`).length);
  return Math.max(...letters) * letterWidth + 2 * edge;
}

/** The smallest round step that draws at most `most` ticks. */
export function tickStep(end: number, most: number): number {
  return [1, 2, 5, 10, 15, 30, 60, 120, 300].find((step) => end / step <= most) ?? Math.ceil(end / most);
}
