import { startAutoscaler } from './autoscaler/index';
import { startCertificateSigningController } from './certificate-signing';
import { startClusterRoleAggregationController } from './cluster-role-aggregation';
import type { ControllerContext, StartController } from './controller';
import { startCronJobController } from './cron-job';
import { startCustomResourceDefinitionController } from './custom-resource-definition';
import { startDaemonSetController } from './daemon-set';
import { startDeploymentController } from './deployment/index';
import { startDisruptionController } from './disruption';
import { startEndpointSliceController } from './endpoint-slice';
import { startEndpointSliceMirroringController } from './endpoint-slice-mirroring';
import { startEndpointsController } from './endpoints';
import { startEphemeralVolumeController } from './ephemeral-volume';
import { startGarbageCollector } from './garbage-collector';
import { startJobController } from './job/index';
import { startKubernetesServiceController } from './kubernetes-service';
import { startNamespaceController } from './namespace';
import { startPersistentVolumeController } from './persistent-volume';
import { startPodGarbageController } from './pod-garbage';
import { startReplicaSetController, startReplicationController } from './replica-set';
import { startResourceQuotaController } from './resource-quota';
import { startServiceAccountController } from './service-account';
import { startStatefulSetController } from './stateful-set';
import { startTaintEvictionController } from './taint-eviction';

export type { ControllerContext } from './controller';

/** As in kube-controller-manager: each knows only the API, none of the others. */
const CONTROLLERS: readonly StartController[] = [
  startNamespaceController,
  startCustomResourceDefinitionController,
  startServiceAccountController,
  startEndpointSliceController,
  startEndpointSliceMirroringController,
  startEndpointsController,
  startReplicaSetController,
  startReplicationController,
  startDeploymentController,
  startStatefulSetController,
  startDaemonSetController,
  startJobController,
  startCronJobController,
  startAutoscaler,
  startPersistentVolumeController,
  startEphemeralVolumeController,
  startResourceQuotaController,
  startClusterRoleAggregationController,
  startCertificateSigningController,
  startKubernetesServiceController,
  startDisruptionController,
  startTaintEvictionController,
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
