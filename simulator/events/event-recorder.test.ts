import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Pod } from '../schema/types';
import { startTestCluster, type TestCluster } from '../test-cluster';
import { EventRecorder } from './event-recorder';

let cluster: TestCluster;
let recorder: EventRecorder;
const pod = (name: string): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace: 'default', uid: name },
});

beforeEach(async () => {
  cluster = await startTestCluster();
  recorder = new EventRecorder(cluster.client, cluster.clock, 'tester', 'node-1');
});
afterEach(() => cluster.components.stop());

const events = () => cluster.client.list('events').filter(({ source }) => source?.component === 'tester');
const told = () => events().map(({ message, count }) => `${message} (${count})`);

/** client-go tools/record EventCorrelator. */
describe('an event recorder', () => {
  it('counts what is told again, by container', async () => {
    recorder.record(pod('a'), 'Normal', 'Pulled', 'got it', 'spec.containers{one}');
    recorder.record(pod('a'), 'Normal', 'Pulled', 'got it', 'spec.containers{two}');
    await cluster.clock.advance(5_000);
    recorder.record(pod('a'), 'Normal', 'Pulled', 'got it', 'spec.containers{one}');
    expect(told()).toEqual(['got it (2)', 'got it (1)']);
    const [first] = events();
    expect(first?.lastTimestamp).not.toBe(first?.firstTimestamp);
    expect(first).toMatchObject({ reportingComponent: 'tester', reportingInstance: 'node-1' });
  });

  it('puts the tenth different message of a reason and those after it together, whatever they are about', () => {
    for (let index = 1; index <= 12; index++)
      recorder.record(pod('a'), 'Warning', 'Failed', `no ${index}`, `spec.containers{c${index % 2}}`);
    expect(told().slice(8)).toEqual(['no 9 (1)', '(combined from similar events): no 12 (3)']);
    expect(events().at(-1)?.reportingComponent).toBe('');
    recorder.record(pod('b'), 'Warning', 'Failed', 'no 1');
    expect(told().at(-1)).toBe('no 1 (1)');
  });

  it('stops after 25 of a type and an object, but goes on counting', async () => {
    for (let index = 0; index < 40; index++) recorder.record(pod('a'), 'Warning', 'BackOff', 'again');
    recorder.record(pod('a'), 'Normal', 'Pulled', 'still told');
    expect(told()).toEqual(['again (25)', 'still told (1)']);
    await cluster.clock.advance(300_000);
    recorder.record(pod('a'), 'Warning', 'BackOff', 'again');
    expect(told()[0]).toBe('again (41)');
  });

  it('tells with all its count what was forgotten meanwhile', () => {
    recorder.record(pod('a'), 'Normal', 'Pulled', 'got it');
    const [event] = events();
    cluster.client.delete('events', 'default', event?.metadata.name ?? '');
    recorder.record(pod('a'), 'Normal', 'Pulled', 'got it');
    expect(told()).toEqual(['got it (2)']);
    expect(events()[0]?.firstTimestamp).toBe(event?.firstTimestamp);
  });

  it('survives an API that takes none', () => {
    const elsewhere = { ...pod('a'), metadata: { name: 'a', namespace: 'nowhere', uid: 'a' } };
    recorder.record(elsewhere, 'Normal', 'Pulled', 'got it');
    expect(told()).toEqual([]);
  });
});
