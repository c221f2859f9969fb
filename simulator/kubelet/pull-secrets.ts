import type { PodRun } from './pod-run';

/** Tells of pull secrets that are not there; the pull is tried all the same (kubelet getPullSecretsForPod). */
export function checkPullSecrets(run: PodRun): void {
  const missing = (run.pod.spec?.imagePullSecrets ?? [])
    .map(({ name = '' }) => name)
    .filter((name) => name && !run.context.client.get('secrets', run.namespace, name));
  if (missing.length === 0) return;
  run.tell(
    'Warning',
    'FailedToRetrieveImagePullSecret',
    `Unable to retrieve some image pull secrets (${missing.join(', ')}); attempting to pull the image may not succeed.`,
  );
}
