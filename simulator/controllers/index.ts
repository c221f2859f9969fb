import type { ControllerContext, StartController } from './controller';
import { startDeploymentController } from './deployment/index';
import { startEndpointSliceController } from './endpoint-slice';
import { startEndpointsController } from './endpoints';
import { startGarbageCollector } from './garbage-collector';
import { startJobController } from './job/index';
import { startNamespaceController } from './namespace';
import { startPodGarbageController } from './pod-garbage';
import { startReplicaSetController } from './replica-set';
import { startServiceAccountController } from './service-account';

export type { ControllerContext } from './controller';

/** As in kube-controller-manager: each knows only the API, none of the others. */
const CONTROLLERS: readonly StartController[] = [
  startNamespaceController,
  startServiceAccountController,
  startEndpointSliceController,
  startEndpointsController,
  startReplicaSetController,
  startDeploymentController,
  startJobController,
  startGarbageCollector,
  startPodGarbageController,
];

/** Starts every controller of the cluster. */
export function startControllers(context: ControllerContext): { stop(): void } {
  const stops = CONTROLLERS.map((start) => start(context));
  return {
    stop: () => {
      for (const stop of stops) stop();
    },
  };
}
