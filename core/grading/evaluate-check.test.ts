import { describe, expect, test } from 'vitest';
import { type KubeApi, KubeApiError } from '../clusters/kube-api';
import type { CheckBody } from './check-schema';
import { evaluateAction } from './evaluate-check';
import { context, runningPod } from './pods-for-tests';

const refusing = (error: unknown) =>
  ({ exec: () => Promise.reject(error), get: async () => undefined }) as unknown as KubeApi;

describe('what an API server refuses is not the learner’s mistake', () => {
  const check: CheckBody = { exec: { pod: 'web', command: ['true'] } };
  test.each([
    [
      'the Pod went between the look and the try',
      new KubeApiError(404, 'NotFound', 'pods "web" not found'),
      'waiting: What Podlab was about to try is not there any more. Podlab looks again.',
    ],
    [
      'it is forbidden',
      new KubeApiError(403, 'Forbidden', 'no rights'),
      'unavailable: The cluster did not let Podlab look (no rights). Podlab tries again.',
    ],
    [
      'something nobody has thought of',
      new TypeError('x is not a function'),
      'unavailable: Podlab could not carry out this check. It tries again.',
    ],
  ])('%s', async (_, error, said) => {
    const outcome = await evaluateAction(check, { ...context([runningPod()]), api: refusing(error) });
    const { verdict } = outcome;
    expect(`${verdict.kind}: ${'message' in verdict ? verdict.message : ''}`).toBe(said);
    expect(outcome.recheckInMs).toBeGreaterThan(0);
  });

  test('what does not come to an end in time is, when the cluster answers otherwise', async () => {
    const hangs = {
      ...refusing(undefined),
      exec: (...[, , , signal]: Parameters<KubeApi['exec']>) =>
        new Promise((_, reject) => signal?.addEventListener('abort', () => reject(signal.reason))),
    } as KubeApi;
    const outcome = await evaluateAction(
      { ...check, timeout: 0.01 },
      { ...context([runningPod()]), api: hangs },
    );
    expect(outcome.verdict).toMatchObject({
      kind: 'failed',
      message: 'What Podlab tried did not come to an end within 0.01 seconds.',
    });
  });
});
