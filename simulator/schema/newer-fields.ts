import type { ModelField } from './client-models';

/** Fields of Kubernetes 1.35 and 1.36 that the models, which are of 1.34, do not have yet. */
export const NEWER_FIELDS: Readonly<Record<string, Readonly<Record<string, ModelField>>>> = {
  V1PodStatus: {
    allocatedResources: {
      type: '{}quantity',
      required: false,
      description: 'What the node has set aside for the whole Pod, by resource.',
    },
    resources: {
      type: 'V1ResourceRequirements',
      required: false,
      description: 'Requests and limits of the whole Pod as they are in force on the node.',
    },
  },
};
