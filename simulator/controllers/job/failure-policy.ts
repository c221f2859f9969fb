import type { Job, Pod } from '../../schema/types';

export type FailureAction = 'FailJob' | 'Ignore' | 'Count' | 'FailIndex';

/** What a failed Pod means for its Job (job controller matchPodFailurePolicy): the first rule that matches decides. */
export function failureAction(job: Job, pod: Pod): { action: FailureAction; message?: string } {
  for (const [index, rule] of (job.spec?.podFailurePolicy?.rules ?? []).entries()) {
    const { action, onExitCodes, onPodConditions } = rule;
    if (onExitCodes) {
      const statuses = [
        ...(pod.status?.containerStatuses ?? []),
        ...(pod.status?.initContainerStatuses ?? []),
      ];
      for (const { name, state } of statuses) {
        const code = state?.terminated?.exitCode;
        if (code === undefined || code === 0) continue;
        if (onExitCodes.containerName && onExitCodes.containerName !== name) continue;
        const listed = onExitCodes.values.includes(code);
        if (listed === (onExitCodes.operator === 'In')) {
          const message = `Container ${name} for pod ${pod.metadata.namespace}/${pod.metadata.name} failed with exit code ${code} matching ${action} rule at index ${index}`;
          return { action: action as FailureAction, message };
        }
      }
    }
    for (const pattern of onPodConditions ?? []) {
      const matches = pod.status?.conditions?.some(
        ({ type, status }) => type === pattern.type && status === pattern.status,
      );
      if (matches) {
        const message = `Pod ${pod.metadata.namespace}/${pod.metadata.name} has condition ${pattern.type} matching ${action} rule at index ${index}`;
        return { action: action as FailureAction, message };
      }
    }
  }
  return { action: 'Count' };
}
