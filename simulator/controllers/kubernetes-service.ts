import { ensureKubernetesService } from '../bootstrap';
import type { Timer } from '../clock/clock';
import type { ControllerContext, StopController } from './controller';

/** How often an API server looks after its own Service (EndpointInterval). */
const INTERVAL_MS = 10_000;

/** Makes the Service `kubernetes` again when somebody has deleted it (controlplane/controller/kubernetesservice). */
export function startKubernetesServiceController({
  client,
  clock,
  onError,
}: ControllerContext): StopController {
  let timer: Timer | undefined;
  const again = (): void => {
    timer = undefined;
    try {
      ensureKubernetesService(client);
    } catch (error) {
      onError(error);
    }
  };
  const stop = client.watch(
    'services',
    { namespace: 'default', fieldSelector: 'metadata.name=kubernetes' },
    ({ type }) => {
      if (type === 'DELETED') timer ??= clock.after(INTERVAL_MS, again);
    },
  );
  return () => {
    stop();
    timer?.cancel();
  };
}
