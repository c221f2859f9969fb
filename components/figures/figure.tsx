import type { FigureData } from '../../core/content/lesson-schema';
import { InlineCode } from '../lesson/inline-code';
import { describeFigure } from './describe-figure';
import { PodFigure } from './pod-figure';
import { TimelineFigure } from './timeline-figure';

/** A drawing made from data, with the same data in words for those who cannot or would rather not see it. */
export function Figure({ id, figure }: { id: string; figure: FigureData }) {
  return (
    <figure className="figure" aria-labelledby={`${id}-title`}>
      {figure.kind === 'pod' ? (
        <PodFigure id={id} figure={figure} />
      ) : (
        <TimelineFigure id={id} figure={figure} />
      )}
      <figcaption>
        <strong id={`${id}-title`}>{figure.title}.</strong> <InlineCode text={figure.caption} />
        <details className="figure-words no-print">
          <summary>The figure in words</summary>
          <ul>
            {describeFigure(figure).map((line) => (
              <li key={line}>{line}</li>
            ))}
          </ul>
        </details>
      </figcaption>
    </figure>
  );
}
