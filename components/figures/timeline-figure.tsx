import type { TimelineFigureData } from '../../core/content/lesson-schema';
import { type TimelineLayout, timelineLayout } from './timeline-layout';

export function TimelineFigure({ id, figure }: { id: string; figure: TimelineFigureData }) {
  return (
    <>
      <Drawing
        id={`${id}-wide`}
        layout={timelineLayout(figure, { width: 720, names: 'beside' })}
        size="wide"
      />
      <Drawing
        id={`${id}-narrow`}
        layout={timelineLayout(figure, { width: 340, names: 'above' })}
        size="narrow"
      />
    </>
  );
}

function Drawing({ id, layout, size }: { id: string; layout: TimelineLayout; size: 'wide' | 'narrow' }) {
  return (
    <svg
      className={`figure-${size}`}
      viewBox={`0 0 ${layout.width} ${layout.height}`}
      aria-hidden="true"
      focusable="false"
    >
      <defs>
        <pattern
          id={`${id}-hatch`}
          width="7"
          height="7"
          patternUnits="userSpaceOnUse"
          patternTransform="rotate(45)"
        >
          <rect width="7" height="7" className="f-hatch-ground" />
          <path d="M0 0V7" className="f-hatch" />
        </pattern>
      </defs>
      {layout.ticks.map((tick) => (
        <g key={tick.second}>
          <path d={`M${tick.x} ${layout.top} V${layout.bottom}`} className="f-grid" />
          <text x={tick.x} y={layout.bottom + 18} textAnchor={tick.anchor} className="f-mono">
            {tick.second} s
          </text>
        </g>
      ))}
      {/* Behind the bars and their names. */}
      {layout.marks.map((mark) => (
        <g key={mark.label}>
          <path d={`M${mark.x} ${mark.y + 6} V${layout.bottom}`} className="f-mark" />
          <text x={mark.textX} y={mark.y} textAnchor={mark.anchor} className="f-label">
            {mark.label}
          </text>
        </g>
      ))}
      {layout.rows.map((row) => (
        <g key={row.name}>
          <text x={row.nameX} y={row.nameY} className="f-name f-halo">
            {row.name}
            {row.role !== 'main' && <tspan className="f-soft"> {row.role}</tspan>}
          </text>
          {row.bars.map((bar) => (
            <g key={bar.x}>
              <rect
                x={bar.x}
                y={bar.y}
                width={bar.width}
                height={bar.height}
                rx="7"
                className={`f-bar f-bar-${bar.state} f-${row.role}`}
                style={bar.state === 'waiting' ? { fill: `url(#${id}-hatch)` } : undefined}
              />
              {bar.label && (
                <text x={bar.x + 9} y={bar.y + bar.height / 2 + 4.5} className="f-text">
                  {bar.label}
                </text>
              )}
            </g>
          ))}
        </g>
      ))}
    </svg>
  );
}
