import { afterEach, describe, expect, it } from 'vitest';
import type { CronJob } from '../schema/types';
import { startTestCluster, type TestCluster } from '../test-cluster';
import { missedTimes, scheduleOf } from './cron-schedule';

const START = Date.UTC(2026, 0, 1, 10, 3, 0);
const cron = (schedule: string, spec: Partial<CronJob['spec']> = {}): CronJob => ({
  apiVersion: 'batch/v1',
  kind: 'CronJob',
  metadata: { name: 'tick', namespace: 'default' },
  spec: {
    schedule,
    jobTemplate: {
      spec: {
        template: { spec: { restartPolicy: 'Never', containers: [{ name: 'work', image: 'busybox' }] } },
      },
    },
    ...spec,
  },
});
const minutes = (count: number) => START + count * 60_000;

describe('a schedule', () => {
  it.each([
    ['*/5 * * * *', {}, '2026-01-01T10:05:00.000Z'],
    ['@hourly', {}, '2026-01-01T11:00:00.000Z'],
    ['@every 90s', {}, '2026-01-01T10:04:30.000Z'],
    ['@every 1h30m', {}, '2026-01-01T11:33:00.000Z'],
    ['0 12 ? * *', {}, '2026-01-01T12:00:00.000Z'],
    ['0 9 * * *', { timeZone: 'Asia/Tokyo' }, '2026-01-02T00:00:00.000Z'],
  ])('%s %j is next due at %s', (schedule, spec, wanted) => {
    expect(new Date(scheduleOf(cron(schedule, spec)).next(START) ?? 0).toISOString()).toBe(wanted);
  });

  it.each([
    ['nothing', '*/5 * * * *', minutes(1), undefined, false],
    ['one', '*/5 * * * *', minutes(3), minutes(2), false],
    ['several: the last of them', '*/5 * * * *', minutes(19), minutes(17), false],
    ['more than a hundred', '* * * * *', minutes(200), minutes(200), true],
    ['several of an interval', '@every 4m', minutes(9), minutes(8), false],
  ])('has missed %s', (_, schedule, now, due, tooMany) => {
    expect(missedTimes(scheduleOf(cron(schedule)), START, now)).toEqual({ due, tooMany });
  });
});

describe('a CronJob', () => {
  let cluster: TestCluster;
  afterEach(() => {
    cluster.components.stop();
    expect(cluster.errors.map(String)).toEqual([]);
  });
  const jobs = () => cluster.client.list('jobs.batch', { namespace: 'default' });
  const stored = () => cluster.client.get('cronjobs.batch', 'default', 'tick') as CronJob;
  const start = async (made: CronJob, script = {}) => {
    cluster = await startTestCluster({ start: START, scripts: { work: { endsAfterMs: 1_000, ...script } } });
    cluster.client.create('cronjobs.batch', made);
  };

  it('notes for its Job when that was due, in its own time zone', async () => {
    await start(cron('5 19 * * *', { timeZone: 'Asia/Tokyo' }));
    await cluster.clock.advance(180_000);
    expect(jobs()[0]?.metadata.annotations).toEqual({
      'batch.kubernetes.io/cronjob-scheduled-timestamp': '2026-01-01T19:05:00+09:00',
    });
  });

  it('makes up for nothing when its schedule changes, and waits for the next time', async () => {
    await start(cron('0 0 1 1 *'));
    await cluster.clock.advance(150_000);
    cluster.client.update('cronjobs.batch', {
      ...stored(),
      spec: { ...stored().spec, schedule: '* * * * *' },
    } as CronJob);
    await cluster.clock.advance(10_000);
    expect(jobs()).toEqual([]);
    await cluster.clock.advance(30_000);
    expect(jobs()).toHaveLength(1);
  });

  it.each([
    ['Forbid', 1, 'JobAlreadyActive'],
    ['Replace', 1, 'SuccessfulDelete'],
    ['Allow', 2, 'SuccessfulCreate'],
  ])('under %s has %i running when one takes longer', async (concurrencyPolicy, running, reason) => {
    await start(cron('* * * * *', { concurrencyPolicy }), { endsAfterMs: 3_600_000, onTerm: 0 });
    await cluster.clock.advance(150_000);
    expect(jobs()).toHaveLength(running);
    expect(stored().status?.active).toHaveLength(running);
    const told = cluster.client
      .list('events')
      .filter(({ involvedObject }) => involvedObject.kind === 'CronJob');
    expect(told.map((event) => event.reason)).toContain(reason);
  });

  it('tries again to make a Job that was refused', async () => {
    await start(cron('*/5 * * * *'));
    cluster.client.create('resourcequotas', {
      apiVersion: 'v1',
      kind: 'ResourceQuota',
      metadata: { name: 'none', namespace: 'default' },
      spec: { hard: { 'count/jobs.batch': '0' } },
    });
    await cluster.clock.advance(125_000);
    expect(jobs()).toEqual([]);
    cluster.client.delete('resourcequotas', 'default', 'none');
    await cluster.clock.advance(60_000);
    expect(jobs()).toHaveLength(1);
  });
});
