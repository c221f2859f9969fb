import type { ContainerLog, RuntimeContainer } from '../runtime/container-runtime';
import type { Container } from '../schema/types';
import type { Attempt } from './pod-state';
import { RESTARTING_ALL } from './restart-policy';

/** kubelet limits of a termination message: of the file, and of the end of the log that stands in for it. */
const MESSAGE_BYTES = 4096;
const LOG_MESSAGE_BYTES = 2048;
const LOG_MESSAGE_LINES = 80;

/** Writes down in `attempt` how its container ended (kuberuntime toKubeContainerStatus). */
export function noteExit(attempt: Attempt, spec: Container, container: RuntimeContainer, now: number): void {
  attempt.state = 'exited';
  attempt.exitCode = container.exitCode ?? 0;
  attempt.startedAt = container.startedAt ?? attempt.startedAt ?? now;
  attempt.finishedAt = container.finishedAt ?? now;
  attempt.reason = container.oomKilled ? 'OOMKilled' : attempt.exitCode === 0 ? 'Completed' : 'Error';
  const message = terminationMessage(spec, container, attempt.exitCode);
  if (message) attempt.message = message;
}

/** Puts in the place of an attempt what is left of it once its container was removed, so that the Pod starts over (KEP-5532). */
export function leftBy({
  container: _container,
  startedAt: _startedAt,
  finishedAt: _finishedAt,
  ...rest
}: Attempt): Attempt {
  return {
    ...rest,
    state: 'exited',
    exitCode: 137,
    reason: RESTARTING_ALL,
    message: 'The container is removed because RestartAllContainers in place',
    removed: true,
  };
}

/** The file, else with FallbackToLogsOnError the end of the log of a container that failed. */
function terminationMessage(spec: Container, container: RuntimeContainer, exitCode: number): string {
  const path = spec.terminationMessagePath ?? '/dev/termination-log';
  const written = path ? container.readFile(path) : undefined;
  if (written && written.length > 0) return Buffer.from(written.subarray(0, MESSAGE_BYTES)).toString('utf8');
  if (spec.terminationMessagePolicy !== 'FallbackToLogsOnError' || exitCode === 0) return '';
  const bytes = Buffer.concat(lastLines(container.log, LOG_MESSAGE_LINES));
  return bytes.subarray(Math.max(0, bytes.length - LOG_MESSAGE_BYTES)).toString('utf8');
}

function lastLines(log: ContainerLog, count: number): Uint8Array[] {
  const { position, skip } = log.tail(count, () => true);
  const lines: Uint8Array[] = [];
  for (let at = position; ; ) {
    const { entries, next } = log.readFrom(at);
    if (entries.length === 0) return lines.slice(skip);
    lines.push(...entries.map(({ text }) => text));
    at = next;
  }
}
