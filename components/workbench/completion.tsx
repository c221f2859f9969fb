'use client';

import type { LabReport } from '../../core/grading/verdict';
import { Icon } from '../shell/icons';
import type { Onward } from './lab-sheet';

/** Said where the tasks are, so that it takes nothing away from who wants to look around. */
export function Completion({
  report,
  saved,
  running,
  next,
}: {
  report: LabReport;
  saved: boolean;
  running: boolean;
  next: Onward | null;
}) {
  return (
    <section className="completion" aria-labelledby="completion-title">
      <span className="completion-capsule" aria-hidden="true">
        {report.tasks
          .flatMap((task) => task.checks)
          .slice(0, 12)
          .map((check, at) => (
            <i key={`${check.task}/${check.check}`} style={{ animationDelay: `${at * 70}ms` }} />
          ))}
      </span>
      <h2 id="completion-title" className="mt-4 text-2xl">
        Done. It runs as asked.
      </h2>
      <p className="mt-1.5">
        {report.earned === report.points
          ? `All ${report.points} points.`
          : `${report.earned} of ${report.points} points; the rest went to hints.`}{' '}
        {saved && (
          <span className="whitespace-nowrap">
            <Icon name="saved" className="text-pea" /> Saved.
          </span>
        )}
        {running && ' The cluster stays yours until you end the lab.'}
      </p>
      <p className="mt-4 flex flex-wrap gap-3">
        {next ? (
          <a className="button button-primary" href={next.href}>
            Next: {next.title} <Icon name="arrow" />
          </a>
        ) : (
          <a className="button button-primary" href="/progress">
            Your progress <Icon name="arrow" />
          </a>
        )}
      </p>
    </section>
  );
}
