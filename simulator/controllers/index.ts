import type { ControllerContext, StartController } from './controller';
import { startEndpointSliceController } from './endpoint-slice';
import { startEndpointsController } from './endpoints';
import { startNamespaceController } from './namespace';
import { startServiceAccountController } from './service-account';

export type { ControllerContext } from './controller';

/** As in kube-controller-manager: each knows only the API, none of the others. */
const CONTROLLERS: readonly StartController[] = [
  startNamespaceController,
  startServiceAccountController,
  startEndpointSliceController,
  startEndpointsController,
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
