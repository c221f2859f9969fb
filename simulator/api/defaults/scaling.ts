import type { HorizontalPodAutoscaler } from '../../schema/types';

type ScalingRules = NonNullable<NonNullable<HorizontalPodAutoscaler['spec']>['behavior']>['scaleUp'];

/** autoscaling/v2 SetDefaults_HorizontalPodAutoscaler. */
export function defaultAutoscaler({ spec }: HorizontalPodAutoscaler): void {
  if (!spec) return;
  spec.minReplicas ??= 1;
  if (!spec.metrics?.length)
    spec.metrics = [
      {
        type: 'Resource',
        resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 80 } },
      },
    ];
  if (!spec.behavior) return;
  spec.behavior.scaleUp = {
    stabilizationWindowSeconds: 0,
    selectPolicy: 'Max',
    policies: [
      { type: 'Pods', value: 4, periodSeconds: 15 },
      { type: 'Percent', value: 100, periodSeconds: 15 },
    ],
    ...given(spec.behavior.scaleUp),
  };
  spec.behavior.scaleDown = {
    selectPolicy: 'Max',
    policies: [{ type: 'Percent', value: 100, periodSeconds: 15 }],
    ...given(spec.behavior.scaleDown),
  };
}

function given(rules: ScalingRules): ScalingRules {
  return rules && Object.fromEntries(Object.entries(rules).filter(([, value]) => value !== undefined));
}
