import { describe, expect, test } from 'vitest';
import type { KubeObject } from '../clusters/kube-api';
import type { CheckBody, Fact } from './check-schema';
import { evaluateLook, expectFacts } from './evaluate-check';
import { FactRecorder } from './fact-recorder';
import { at, context, pod, ready, running, runningPod, scheduled } from './pods-for-tests';

describe('history', () => {
  const order: Fact[] = [
    { container: 'init', is: 'finished' },
    { container: 'main', is: 'started' },
  ];
  const check: CheckBody = { history: { pod: 'web', order } };
  const states = {
    created: { init: { waiting: {} }, main: { waiting: {} } },
    initDone: {
      init: { terminated: { exitCode: 0, startedAt: at(1), finishedAt: at(5) } },
      main: { waiting: {} },
    },
    mainEarly: { init: { running: { startedAt: at(1) } }, main: running(at(2)) },
    both: {
      init: { terminated: { exitCode: 0, startedAt: at(1), finishedAt: at(5) } },
      main: running(at(5)),
    },
    bothWrong: {
      init: { terminated: { exitCode: 0, startedAt: at(1), finishedAt: at(5) } },
      main: running(at(2)),
    },
  };
  const seen = (state: { init: object; main: object }, uid = 'u1') =>
    pod(
      'web',
      {
        spec: { initContainers: [{ name: 'init' }] },
        status: {
          phase: 'Running',
          conditions: [scheduled, ready],
          initContainerStatuses: [{ name: 'init', state: state.init }],
          containerStatuses: [{ name: 'main', ready: true, state: state.main }],
        },
      },
      { uid },
    );
  const play = (body: CheckBody, objects: KubeObject[], before = false) => {
    const facts = new FactRecorder();
    expectFacts(body, facts);
    for (const [at, object] of objects.entries()) facts.see(object, before && at === 0);
    return evaluateLook(body, context(objects.slice(-1), 100_000, facts), before).verdict;
  };

  test.each([
    ['seen one after the other', [states.created, states.initDone, states.both], 'passed'],
    ['seen together, by the cluster’s times', [states.both], 'passed'],
    ['seen the wrong way round', [states.mainEarly, states.both], 'failed'],
    ['seen together, times the wrong way round', [states.bothWrong], 'failed'],
    ['the second not yet', [states.initDone], 'failed'],
  ])('%s', (_name, sequence, kind) =>
    expect(
      play(
        check,
        sequence.map((one) => seen(one)),
      ).kind,
    ).toBe(kind));

  test('what an earlier process saw is believed of the Pod that was there then, and of no later one', () => {
    expect(play(check, [seen(states.created)], true).kind).toBe('passed');
    // Its containers may have been started anew since, as those of a restored cluster are.
    expect(play(check, [seen(states.both), seen(states.mainEarly)], true).kind).toBe('passed');
    expect(play(check, [seen(states.both), seen(states.mainEarly, 'u2')], true).kind).toBe('failed');
  });

  test('a new Pod starts a new history', () =>
    expect(play(check, [seen(states.both), seen(states.mainEarly, 'u2')]).kind).toBe('failed'));

  test.each([
    [true, ['u1'], 'failed'],
    [true, ['u1', 'u2'], 'passed'],
    [false, ['u1'], 'passed'],
    [false, ['u1', 'u2'], 'failed'],
  ])('replaced: %s with uids %j is %s', (replaced, uids, kind) =>
    expect(
      play(
        { history: { pod: 'web', replaced } },
        uids.map((uid) => seen(states.both, uid)),
      ).kind,
    ).toBe(kind));

  test('what must follow an action is looked out for from the start', () => {
    const history = { pod: 'web', ever: { container: 'main', is: 'restarted' } } as const;
    const facts = new FactRecorder();
    // biome-ignore lint/suspicious/noThenProperty: a word of the lab format
    expectFacts({ exec: { pod: 'web', command: ['true'] }, then: { history } }, facts);
    const restarted = runningPod('web', { restartCount: 1 });
    facts.see(restarted);
    expect(evaluateLook({ history }, context([restarted], 100_000, facts), false).verdict.kind).toBe(
      'passed',
    );
  });

  test('ever and never', () => {
    const fact: Fact = { container: 'main', is: 'restarted' };
    const restarted = pod('web', {
      status: {
        phase: 'Running',
        containerStatuses: [{ name: 'main', ready: true, restartCount: 1, state: running() }],
      },
    });
    expect(play({ history: { pod: 'web', ever: fact } }, [runningPod()]).kind).toBe('failed');
    expect(play({ history: { pod: 'web', ever: fact } }, [runningPod(), restarted]).kind).toBe('passed');
    expect(play({ history: { pod: 'web', never: fact } }, [runningPod()]).kind).toBe('passed');
    expect(play({ history: { pod: 'web', never: fact } }, [restarted, runningPod()]).kind).toBe('failed');
  });

  test('what must never happen counts for the Pod that is there, not for one that it replaced', () => {
    const history = { pod: 'web', never: { container: 'main', is: 'failed' } } as const;
    const failed = pod(
      'web',
      {
        status: {
          phase: 'Running',
          containerStatuses: [{ name: 'main', state: { terminated: { exitCode: 1 } } }],
        },
      },
      { uid: 'old' },
    );
    expect(play({ history }, [failed, runningPod()]).kind).toBe('passed');
  });

  describe('what a rule says may become true again', () => {
    const labelled: CheckBody = {
      history: {
        pod: 'web',
        order: [
          { cel: "!('tier' in object.metadata.labels)", says: 'it has no label' },
          { cel: "'tier' in object.metadata.labels", says: 'it has the label' },
        ],
      },
    };
    const [bare, tier] = [{}, { tier: 'x' }].map((labels) => pod('web', {}, { labels })) as [
      KubeObject,
      KubeObject,
    ];
    test.each<[string, KubeObject[], boolean, string]>([
      ['in order', [bare, tier], false, 'passed'],
      ['the second not yet', [bare], false, 'failed: It was not seen yet that it has the label.'],
      [
        'only the second',
        [tier],
        false,
        'failed: It was not seen that it has no label before it has the label.',
      ],
      [
        'the wrong way round',
        [tier, bare],
        false,
        'failed: It was not seen yet that it has the label after it has no label.',
      ],
      ['the wrong way round, then mended', [tier, bare, tier], false, 'passed'],
      ['the first was seen by an earlier process', [tier], true, 'passed'],
    ])('%s', (_name, objects, before, expected) => {
      const verdict = play(labelled, objects, before);
      expect('message' in verdict ? `${verdict.kind}: ${verdict.message}` : verdict.kind).toBe(expected);
    });
  });

  test('a learner who makes and deletes without end does not fill the memory, and the last counts', () => {
    const facts = new FactRecorder();
    const started: Fact = { container: 'main', is: 'started' };
    const aim = { kind: 'Pod', title: 'Pods' };
    facts.expect(aim, [started]);
    facts.follow(aim);
    for (let i = 0; i < 2000; i++) facts.see(runningPod(`p${i}`));
    expect(facts.uidsOf('Pod', 'p0')).toEqual([]);
    expect(facts.uidsOf('Pod', 'p1999')).toEqual(['uid-p1999']);
    const seen = facts.sightings(aim, started);
    expect([seen.has('uid-p0'), seen.has('uid-p1999')]).toEqual([false, true]);
  });
});
