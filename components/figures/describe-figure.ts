import type { FigureData, PodFigureData, TimelineFigureData } from '../../core/content/lesson-schema';

const roles = {
  main: 'container',
  init: 'init container',
  sidecar: 'sidecar',
  pause: 'pause container',
} as const;

/** The figure as sentences: its text alternative, made of the same data as the drawing. */
export function describeFigure(figure: FigureData): string[] {
  return figure.kind === 'pod' ? describePod(figure) : describeTimeline(figure);
}

function describePod({ pod, containers, volumes, talk }: PodFigureData): string[] {
  return [
    `Pod ${pod.name}${pod.ip ? ` has the address ${pod.ip}` : ''}. All its containers share one network.`,
    ...containers.map(
      (container) =>
        `${capital(roles[container.role])} ${container.name}` +
        (container.image ? `, image ${container.image}` : '') +
        (container.port ? `, listens on port ${container.port}` : '') +
        (container.does ? `: ${container.does}` : '') +
        '.',
    ),
    ...volumes.map(
      (volume) =>
        `Volume ${volume.name} (${volume.type}) is mounted by ` +
        `${volume.mounts
          .map((mount) => `${mount.container} at ${mount.path}${mount.readOnly ? ', read-only' : ''}`)
          .join(' and ')}.`,
    ),
    ...talk.map(
      (line) =>
        `${line.from === 'outside' ? 'From outside the Pod' : capital(line.from)}, a connection goes to ${line.to}: ${line.label}.`,
    ),
  ];
}

const states = { waiting: 'waits', running: 'runs', stopping: 'stops' } as const;

function describeTimeline({ rows, marks }: TimelineFigureData): string[] {
  return [
    ...rows.map(
      (row) =>
        `${capital(roles[row.role])} ${row.name} ` +
        `${row.spans
          .map(
            (span) =>
              `${states[span.state]} from ${span.from} to ${span.to} s${span.label ? ` (${span.label})` : ''}`,
          )
          .join(', then ')}.`,
    ),
    ...marks.map((mark) => `At ${mark.at} s: ${mark.label}.`),
  ];
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
