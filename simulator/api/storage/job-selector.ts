import type { Job } from '../../schema/types';

/**
 * The labels by which a Job knows its Pods, and the selector for them (batch/job strategy generateSelector), unless the
 * author does that by hand (`manualSelector`).
 */
export function generateJobSelector(job: Job): void {
  const { spec } = job;
  if (!spec || spec.manualSelector) return;
  const { name = '', uid = '' } = job.metadata;
  spec.template ??= { spec: { containers: [] } };
  spec.template.metadata = {
    ...spec.template.metadata,
    labels: {
      'batch.kubernetes.io/controller-uid': uid,
      'batch.kubernetes.io/job-name': name,
      'controller-uid': uid,
      'job-name': name,
      // Those of another Job are kept, and refused by validation.
      ...spec.template.metadata?.labels,
    },
  };
  spec.selector = {
    ...spec.selector,
    matchLabels: { 'batch.kubernetes.io/controller-uid': uid, ...spec.selector?.matchLabels },
  };
}
