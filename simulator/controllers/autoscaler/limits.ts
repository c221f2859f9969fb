import type { HorizontalPodAutoscaler } from '../../schema/types';

type Spec = NonNullable<HorizontalPodAutoscaler['spec']>;
type Rules = NonNullable<NonNullable<Spec['behavior']>['scaleUp']>;

const DOWN_WINDOW_S = 300;
const DEFAULT_UP: Rules = {
  stabilizationWindowSeconds: 0,
  selectPolicy: 'Max',
  policies: [
    { type: 'Pods', value: 4, periodSeconds: 15 },
    { type: 'Percent', value: 100, periodSeconds: 15 },
  ],
};
const DEFAULT_DOWN: Rules = {
  selectPolicy: 'Max',
  policies: [{ type: 'Percent', value: 100, periodSeconds: 15 }],
};

/** What an autoscaler remembers between its rounds. */
export interface Memory {
  recommendations: { at: number; replicas: number }[];
  changes: { at: number; by: number }[];
}

export interface Note {
  reason: string;
  message: string;
}

/** Holds a wish against what was wished lately (podautoscaler stabilizeRecommendationWithBehaviors). */
export function stabilize(
  spec: Spec,
  memory: Memory,
  current: number,
  wished: number,
  now: number,
): { replicas: number; note?: Note } {
  const up = (spec.behavior?.scaleUp?.stabilizationWindowSeconds ?? 0) * 1000;
  const down = (spec.behavior?.scaleDown?.stabilizationWindowSeconds ?? DOWN_WINDOW_S) * 1000;
  const since = (window: number) =>
    memory.recommendations.filter(({ at }) => at > now - window).map(({ replicas }) => replicas);
  const lowest = Math.min(wished, ...since(up));
  const highest = Math.max(wished, ...since(down));
  memory.recommendations = [
    ...memory.recommendations.filter(({ at }) => at > now - Math.max(up, down)),
    { at: now, replicas: wished },
  ];
  const replicas = Math.min(Math.max(current, lowest), highest);
  if (replicas === wished) return { replicas };
  return wished < replicas
    ? {
        replicas,
        note: {
          reason: 'ScaleDownStabilized',
          message:
            'recent recommendations were higher than current one, applying the highest recent recommendation',
        },
      }
    : {
        replicas,
        note: {
          reason: 'ScaleUpStabilized',
          message:
            'recent recommendations were lower than current one, applying the lowest recent recommendation',
        },
      };
}

/** Keeps a wish within the bounds of the spec and of its policies (convertDesiredReplicasWithBehaviorRate). */
export function bound(
  spec: Spec,
  memory: Memory,
  current: number,
  wished: number,
  now: number,
): { replicas: number; note: Note & { limited: boolean } } {
  const min = spec.minReplicas ?? 1;
  const within = {
    limited: false,
    reason: 'DesiredWithinRange',
    message: 'the desired count is within the acceptable range',
  };
  if (wished > current) {
    const limit = rate({ ...DEFAULT_UP, ...spec.behavior?.scaleUp }, memory, current, 1, now);
    const cap = Math.min(limit, spec.maxReplicas);
    if (wished <= cap) return { replicas: wished, note: within };
    const note =
      spec.maxReplicas <= limit
        ? {
            reason: 'TooManyReplicas',
            message: 'the desired replica count is more than the maximum replica count',
          }
        : {
            reason: 'ScaleUpLimit',
            message: 'the desired replica count is increasing faster than the maximum scale rate',
          };
    return { replicas: cap, note: { ...note, limited: true } };
  }
  const limit =
    wished < current ? rate({ ...DEFAULT_DOWN, ...spec.behavior?.scaleDown }, memory, current, -1, now) : 0;
  const floor = Math.max(limit, min);
  if (wished >= floor && wished <= spec.maxReplicas) return { replicas: wished, note: within };
  if (wished > spec.maxReplicas) {
    const message = 'the desired replica count is more than the maximum replica count';
    return { replicas: spec.maxReplicas, note: { reason: 'TooManyReplicas', message, limited: true } };
  }
  const note =
    min >= limit
      ? {
          reason: 'TooFewReplicas',
          message: 'the desired replica count is less than the minimum replica count',
        }
      : {
          reason: 'ScaleDownLimit',
          message: 'the desired replica count is decreasing faster than the maximum scale rate',
        };
  return { replicas: floor, note: { ...note, limited: true } };
}

function rate(rules: Rules, memory: Memory, current: number, direction: 1 | -1, now: number): number {
  if (rules.selectPolicy === 'Disabled') return current;
  const limits = (rules.policies ?? []).map(({ type, value, periodSeconds }) => {
    const lately = memory.changes
      .filter(({ at, by }) => at > now - periodSeconds * 1000 && Math.sign(by) === direction)
      .reduce((sum, { by }) => sum + by, 0);
    const start = current - lately;
    if (type === 'Pods') return start + direction * value;
    const scaled = start * (1 + (direction * value) / 100);
    return direction === 1 ? Math.ceil(scaled) : Math.floor(scaled);
  });
  if (limits.length === 0) return current;
  const most = (rules.selectPolicy ?? 'Max') === 'Max';
  const chosen = most === (direction === 1) ? Math.max(...limits) : Math.min(...limits);
  return direction === 1 ? Math.max(chosen, current) : Math.max(0, Math.min(chosen, current));
}
