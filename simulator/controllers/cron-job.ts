import { ApiError } from '../api/errors';
import type { EventRecorder } from '../events/event-recorder';
import type { CronJob, Job } from '../schema/types';
import {
  type ControllerContext,
  controllerOf,
  controllerRef,
  keyOf,
  recorder,
  type StopController,
  splitKey,
  timestamp,
} from './controller';
import { missedTimes, type Schedule, scheduleOf } from './cron-schedule';
import { WorkQueue } from './work-queue';

/** Makes Jobs by the clock (cronjob controller). */
export function startCronJobController(context: ControllerContext): StopController {
  const { client } = context;
  const events = recorder(context, 'cronjob-controller');
  const queue: WorkQueue = new WorkQueue(
    context.clock,
    (key) => {
      const [namespace, name] = splitKey(key);
      const cron = client.get('cronjobs.batch', namespace, name);
      if (cron && !cron.metadata.deletionTimestamp)
        new CronSync(context, events, cron).sync((ms) => queue.addAfter(key, ms));
    },
    context.onError,
  );
  const schedules = new Map<string, string>();
  const stops = [
    client.watch('cronjobs.batch', {}, ({ type, object }) => {
      const key = keyOf(object);
      const schedule = `${object.spec?.timeZone ?? ''} ${object.spec?.schedule}`;
      const before = schedules.get(key);
      if (type === 'DELETED') schedules.delete(key);
      else schedules.set(key, schedule);
      // A new schedule is for the times to come: nothing is made up for at once (updateCronJob).
      const changed = type === 'MODIFIED' && before !== undefined && before !== schedule;
      const next = changed ? nextTime(object, context.clock.now()) : undefined;
      if (next === undefined) queue.add(key);
      else queue.addAfter(key, next - context.clock.now());
    }),
    client.watch('jobs.batch', {}, ({ object }) => {
      const ref = controllerOf(object);
      if (ref?.kind === 'CronJob') queue.add(`${object.metadata.namespace}/${ref.name}`);
    }),
  ];
  return () => {
    for (const stop of stops) stop();
    queue.stop();
  };
}

class CronSync {
  private readonly status: NonNullable<CronJob['status']>;
  private readonly now: number;
  private running: Job[] = [];
  /** Why a Job could not be made; it is tried again. */
  private failure: ApiError | undefined;

  constructor(
    private readonly context: ControllerContext,
    private readonly events: EventRecorder,
    private readonly cron: CronJob,
  ) {
    this.now = context.clock.now();
    this.status = structuredClone(cron.status ?? {});
  }

  sync(again: (ms: number) => void): void {
    const { cron } = this;
    const namespace = cron.metadata.namespace ?? '';
    const jobs = this.context.client
      .list('jobs.batch', { namespace })
      .filter((job) => controllerOf(job)?.uid === cron.metadata.uid);
    this.follow(jobs);
    this.forget(
      jobs.filter((job) => outcome(job) === 'Complete'),
      cron.spec?.successfulJobsHistoryLimit ?? 3,
    );
    this.forget(
      jobs.filter((job) => outcome(job) === 'Failed'),
      cron.spec?.failedJobsHistoryLimit ?? 1,
    );
    if (!cron.spec?.suspend) {
      const next = this.fire(this.running);
      if (next !== undefined) again(Math.max(0, next - this.now));
    }
    this.write();
    if (this.failure) throw this.failure;
  }

  /** `status.active` and `lastSuccessfulTime` by what has become of the Jobs. */
  private follow(jobs: Job[]): void {
    const active = this.status.active ?? [];
    // A Job that somebody else made from the template is told of, not counted.
    for (const { metadata } of jobs.filter((job) => !outcome(job))) {
      if (active.some(({ uid }) => uid === metadata.uid)) continue;
      const message = `Saw a job that the controller did not create or forgot: ${metadata.name}`;
      this.events.record(this.cron, 'Warning', 'UnexpectedJob', message);
    }
    const running = jobs.filter((job) => !outcome(job) && active.some(({ uid }) => uid === job.metadata.uid));
    for (const { uid, name } of active) {
      const job = jobs.find(({ metadata }) => metadata.uid === uid);
      const result = job && outcome(job);
      if (result) {
        this.tell('SawCompletedJob', `Saw completed job: ${name}, condition: ${result}`);
      } else if (!job) this.tell('MissingJob', `Active job went missing: ${name}`);
    }
    for (const { metadata, status } of jobs.filter((job) => outcome(job) === 'Complete')) {
      const at = String(status?.completionTime ?? metadata.creationTimestamp);
      if (Date.parse(at) > (Date.parse(String(this.status.lastSuccessfulTime ?? '')) || 0)) {
        this.status.lastSuccessfulTime = at;
      }
    }
    this.status.active = running.map((job) => reference(job));
    this.running = running;
  }

  /** Starts the newest Job that is due. Returns when the next one will be. */
  private fire(running: Job[]): number | undefined {
    const { spec, metadata } = this.cron;
    const schedule = this.schedule();
    if (!spec || !schedule) return undefined;
    const last = Date.parse(String(this.status.lastScheduleTime ?? metadata.creationTimestamp));
    const deadline = spec.startingDeadlineSeconds;
    const earliest = deadline === undefined ? last : Math.max(last, this.now - deadline * 1000);
    const { due, tooMany } = missedTimes(schedule, earliest, this.now);
    if (tooMany) {
      this.events.record(
        this.cron,
        'Warning',
        'TooManyMissedTimes',
        'too many missed start times. Set or decrease .spec.startingDeadlineSeconds or check clock skew',
      );
    }
    if (due !== undefined) this.start(due, running);
    // From the last time that it was due on: an interval is not begun anew by looking.
    const next = schedule.next(missedTimes(schedule, last, this.now).due ?? last);
    return next !== undefined && next <= this.now ? schedule.next(this.now) : next;
  }

  private start(due: number, running: Job[]): void {
    const { client } = this.context;
    const { spec, metadata } = this.cron;
    const namespace = metadata.namespace ?? '';
    if (running.length > 0 && spec?.concurrencyPolicy === 'Forbid') {
      this.tell(
        'JobAlreadyActive',
        'Not starting job because prior execution is running and concurrency policy is Forbid',
      );
      return;
    }
    if (spec?.concurrencyPolicy === 'Replace') {
      for (const job of running) {
        client.delete('jobs.batch', namespace, job.metadata.name ?? '', { propagationPolicy: 'Background' });
        this.tell('SuccessfulDelete', `Deleted job ${job.metadata.name}`);
      }
      this.status.active = [];
    }
    const name = `${metadata.name}-${Math.floor(due / 60_000)}`;
    const template = spec?.jobTemplate;
    let job: Job;
    try {
      job = client.create('jobs.batch', {
        apiVersion: 'batch/v1',
        kind: 'Job',
        metadata: {
          name,
          namespace,
          ...(template?.metadata?.labels ? { labels: template.metadata.labels } : {}),
          annotations: {
            ...template?.metadata?.annotations,
            'batch.kubernetes.io/cronjob-scheduled-timestamp': timeIn(spec?.timeZone, due),
          },
          ownerReferences: [controllerRef(this.cron)],
        },
        ...(template?.spec ? { spec: structuredClone(template.spec) } : {}),
      });
      this.tell('SuccessfulCreate', `Created job ${name}`);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      const existing =
        error.reason === 'AlreadyExists' ? client.get('jobs.batch', namespace, name) : undefined;
      // Of that name, but somebody else's: it is left alone.
      if (error.reason === 'AlreadyExists' && (!existing || controllerOf(existing)?.uid !== metadata.uid))
        return;
      if (!existing) {
        if (!error.details.causes?.some(({ reason }) => reason === 'NamespaceTerminating'))
          this.events.record(this.cron, 'Warning', 'FailedCreate', `Error creating job: ${error.message}`);
        this.failure = error;
        return;
      }
      job = existing;
    }
    this.status.active = [...(this.status.active ?? []), reference(job)];
    this.status.lastScheduleTime = timestamp(due);
  }

  private schedule(): Schedule | undefined {
    try {
      return scheduleOf(this.cron);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      const schedule = JSON.stringify(this.cron.spec?.schedule);
      this.events.record(
        this.cron,
        'Warning',
        'UnparseableSchedule',
        `unparseable schedule: ${schedule} : ${why}`,
      );
      return undefined;
    }
  }

  private forget(finished: Job[], limit: number): void {
    const oldest = [...finished].sort(
      (left, right) =>
        Date.parse(String(left.metadata.creationTimestamp)) -
        Date.parse(String(right.metadata.creationTimestamp)),
    );
    for (const { metadata } of oldest.slice(0, Math.max(0, oldest.length - limit))) {
      if (metadata.deletionTimestamp) continue;
      this.context.client.delete('jobs.batch', metadata.namespace ?? '', metadata.name ?? '', {
        propagationPolicy: 'Background',
      });
      this.tell('SuccessfulDelete', `Deleted job ${metadata.name}`);
    }
  }

  private tell(reason: string, message: string): void {
    this.events.record(this.cron, 'Normal', reason, message);
  }

  private write(): void {
    const { client } = this.context;
    const { namespace = '', name = '', uid } = this.cron.metadata;
    const stored = client.get('cronjobs.batch', namespace, name);
    if (!stored || stored.metadata.uid !== uid) return;
    const { active, ...rest } = this.status;
    const status = { ...rest, ...(active && active.length > 0 ? { active } : {}) };
    client.updateStatus('cronjobs.batch', { ...stored, status });
  }
}

function nextTime(cron: CronJob, now: number): number | undefined {
  try {
    return scheduleOf(cron).next(now);
  } catch {
    // The reconciliation tells of it.
    return undefined;
  }
}

/** RFC 3339 with the offset that the time zone has just then; UTC without one. */
function timeIn(timeZone: string | undefined, milliseconds: number): string {
  if (!timeZone) return timestamp(milliseconds);
  const date = new Date(milliseconds);
  const parts = new Intl.DateTimeFormat('en-US', { timeZone, timeZoneName: 'longOffset' }).formatToParts(
    date,
  );
  const name = parts.find(({ type }) => type === 'timeZoneName')?.value ?? 'GMT';
  const [, sign, hours = '0', minutes = '0'] = /([+-])(\d\d):(\d\d)/.exec(name) ?? [];
  if (!sign) return timestamp(milliseconds);
  const offset = (Number(hours) * 60 + Number(minutes)) * 60_000 * (sign === '-' ? -1 : 1);
  return timestamp(milliseconds + offset).replace('Z', `${sign}${hours}:${minutes}`);
}

function reference({ metadata }: Job) {
  const { name = '', namespace = '', uid = '', resourceVersion = '' } = metadata;
  return { apiVersion: 'batch/v1', kind: 'Job', name, namespace, uid, resourceVersion };
}

function outcome({ status }: Job): string | undefined {
  return status?.conditions?.find(
    ({ type, status: value }) => (type === 'Complete' || type === 'Failed') && value === 'True',
  )?.type;
}
