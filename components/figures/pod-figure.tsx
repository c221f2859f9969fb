import type { PodFigureData } from '../../core/content/lesson-schema';
import { narrowLayout, type PodLayout, wideLayout } from './pod-layout';

const roleWords = { main: '', init: 'init', sidecar: 'sidecar', pause: 'pause' } as const;

export function PodFigure({ id, figure }: { id: string; figure: PodFigureData }) {
  return (
    <>
      <Drawing id={`${id}-wide`} figure={figure} layout={wideLayout(figure)} size="wide" />
      <Drawing id={`${id}-narrow`} figure={figure} layout={narrowLayout(figure)} size="narrow" />
    </>
  );
}

function Drawing({
  id,
  figure,
  layout,
  size,
}: {
  id: string;
  figure: PodFigureData;
  layout: PodLayout;
  size: 'wide' | 'narrow';
}) {
  const { pod, network } = layout;
  return (
    <svg
      className={`figure-${size}`}
      viewBox={`0 0 ${layout.width} ${layout.height}`}
      aria-hidden="true"
      focusable="false"
    >
      <defs>
        <marker
          id={`${id}-tip`}
          viewBox="0 0 8 8"
          refX="6.5"
          refY="4"
          markerWidth="8"
          markerHeight="8"
          orient="auto"
        >
          <path d="M0 .8L7 4L0 7.2z" className="f-tip" />
        </marker>
      </defs>
      <rect {...pod} rx="30" className="f-pod" />
      <text x={pod.x + 24} y={pod.y + 31} className="f-name">
        <tspan className="f-soft">Pod </tspan>
        {figure.pod.name}
      </text>
      {figure.pod.ip && (
        <text x={pod.x + pod.width - 24} y={pod.y + 31} textAnchor="end" className="f-mono">
          {figure.pod.ip}
        </text>
      )}

      <rect {...network} rx="8" className="f-network" />
      <text x={network.x + 14} y={network.y + 22} className="f-label">
        one network · localhost
      </text>
      {size === 'narrow' &&
        figure.talk.map((talk, at) => (
          <text
            key={talk.label + talk.from}
            x={network.x + 14}
            y={network.y + 44 + at * 22}
            className="f-mono"
          >
            {talk.from} → {talk.to} {talk.label}
          </text>
        ))}

      {layout.mounts.map((mount) => (
        <path key={mount.path} d={mount.path} className="f-mount" />
      ))}
      {layout.volumes.map(({ volume, box }) => (
        <g key={volume.name}>
          <rect {...box} rx="8" className="f-volume" />
          <text x={box.x + 14} y={box.y + 28} className="f-name">
            <tspan className="f-soft">volume </tspan>
            {volume.name}
          </text>
          <text x={box.x + box.width - 14} y={box.y + 28} textAnchor="end" className="f-mono">
            {volume.type}
          </text>
          {size === 'narrow' &&
            volume.mounts.map((mount, at) => (
              <text key={mount.container} x={box.x + 14} y={box.y + 50 + at * 20} className="f-mono">
                {mount.container}: {mount.path}
                {mount.readOnly ? ' (ro)' : ''}
              </text>
            ))}
        </g>
      ))}
      {layout.mounts.map((mount) => (
        <text key={mount.path} x={mount.x} y={mount.y} className="f-mono f-halo">
          {mount.label}
        </text>
      ))}

      {layout.containers.map(({ container, box }) => (
        <g key={container.name}>
          <rect {...box} rx="12" className={`f-container f-${container.role}`} />
          <text x={box.x + 16} y={box.y + 29} className="f-name">
            {container.name}
            {roleWords[container.role] && container.name !== container.role && (
              <tspan className="f-soft"> {roleWords[container.role]}</tspan>
            )}
          </text>
          {container.port && (
            <text x={box.x + box.width - 14} y={box.y + 29} textAnchor="end" className="f-port">
              :{container.port}
            </text>
          )}
          {container.image && (
            <text x={box.x + 16} y={box.y + 51} className="f-mono">
              {container.image}
            </text>
          )}
          {container.does && (
            <text x={box.x + 16} y={box.y + (container.image ? 74 : 53)} className="f-text">
              {container.does}
            </text>
          )}
        </g>
      ))}

      {layout.lanes.map((lane) => (
        <g key={lane.path}>
          <path d={lane.path} className="f-lane" markerEnd={`url(#${id}-tip)`} />
          <text
            x={lane.labelX}
            y={lane.labelY - 6}
            textAnchor="middle"
            className={`f-mono ${lane.outside ? 'f-halo' : 'f-halo-network'}`}
          >
            {lane.label}
          </text>
        </g>
      ))}
    </svg>
  );
}
