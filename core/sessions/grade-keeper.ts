import { errorBody } from '../errors';
import type { LabReport } from '../grading/verdict';
import type { SessionEvent } from './lab-session';

export interface GradeKeeperOptions {
  /** Writes a report down; resolves when it is in the database. */
  record(report: LabReport): Promise<void>;
  emit(event: SessionEvent): void;
  warn(event: string, error: unknown): void;
}

const retryEveryMs = 5_000;

/**
 * First into the database, then to the browser. A grade that could not be saved is shown, but not as saved, and tried again
 * until it is or a newer one is: the disk may have room in a while, or the database answer.
 */
export class GradeKeeper {
  private lastRecorded = '';
  private unsaved: LabReport | undefined;
  private retry: NodeJS.Timeout | undefined;
  /** One after the other, so that what is saved last is what was seen last. */
  private work: Promise<void> = Promise.resolve();

  constructor(private readonly options: GradeKeeperOptions) {}

  publish(report: LabReport): void {
    this.work = this.work.then(() => this.keep(report));
  }

  /** Resolves when what was published is saved, or could not be. */
  settled(): Promise<void> {
    return this.work;
  }

  /** Tries once more to save what is not, then never again. */
  async close(): Promise<void> {
    await this.work;
    await this.saveAgain();
    clearTimeout(this.retry);
  }

  private async keep(report: LabReport): Promise<void> {
    const { emit, warn } = this.options;
    const signature = verdictsOf(report);
    const worthKeeping = report.trigger === 'asked' || signature !== this.lastRecorded;
    if (!worthKeeping) return emit({ name: 'report', data: report });
    try {
      await this.options.record(report);
      this.saved(report, signature);
    } catch (error) {
      warn('grade-not-saved', error);
      emit({ name: 'report', data: report });
      emit({ name: 'error', data: errorBody(error).error });
      this.unsaved = report;
      this.retryLater();
    }
  }

  private saved(report: LabReport, signature = verdictsOf(report)): void {
    clearTimeout(this.retry);
    this.unsaved = undefined;
    this.lastRecorded = signature;
    this.options.emit({ name: 'report', data: report });
    const { at, earned, points, passed } = report;
    this.options.emit({ name: 'saved', data: { at, earned, points, passed } });
  }

  private retryLater(): void {
    clearTimeout(this.retry);
    this.retry = setTimeout(() => {
      this.work = this.work.then(() => this.saveAgain());
    }, retryEveryMs);
    this.retry.unref();
  }

  /** Silent when it fails again: the learner and the log have been told. */
  private async saveAgain(): Promise<void> {
    const { unsaved } = this;
    if (!unsaved) return;
    try {
      await this.options.record(unsaved);
      this.saved(unsaved);
    } catch {
      this.retryLater();
    }
  }
}

/** What a learner would see change: a new report with the same is not written down again. */
function verdictsOf({ earned, tasks }: LabReport): string {
  const verdicts = tasks.flatMap(({ checks }) =>
    checks.map(({ verdict }) =>
      verdict.kind === 'passed' ? 'passed' : `${verdict.kind}: ${verdict.message}`,
    ),
  );
  return JSON.stringify([earned, verdicts]);
}
