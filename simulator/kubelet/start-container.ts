import { durationText } from '../clock/backoff';
import { type ImageStatus, type RuntimeContainer, RuntimeError } from '../runtime/container-runtime';
import type { Container } from '../schema/types';
import { noteExit } from './attempt';
import { containerConfig } from './container-config';
import { containerHash } from './container-hash';
import { ConfigError } from './environment';
import { FieldError } from './field-ref';
import { RELIST_MS, RETRY_MS, StartError } from './kubelet-context';
import { runHook } from './lifecycle-hook';
import type { PodRun } from './pod-run';
import { type Attempt, podText } from './pod-state';
import { profileRefusal } from './security-context';
import type { ContainerKind } from './status/container-statuses';
import { provideImageVolumes } from './volumes/image-volumes';

export interface StartHooks {
  /** Called when the container has ended, its attempt up to date. */
  ended(attempt: Attempt): void;
  /** Ends a container whose postStart hook failed. */
  kill(attempt: Attempt, message: string): Promise<void>;
}

/**
 * Starts a container: back-off, image, configuration, creation, start, postStart hook, with the events of each step
 * (kuberuntime startContainer). Throws StartError; gives up quietly when `signal` aborts. `lastEnd`: the attempt whose end the
 * back-off counts from.
 */
export async function startContainer(
  run: PodRun,
  container: Container,
  kind: ContainerKind,
  hooks: StartHooks,
  signal: AbortSignal,
  lastEnd: Attempt | undefined,
): Promise<void> {
  const tell = run.tellAbout(container, kind);
  const before = run.state.current.get(container.name);
  if (lastEnd?.state === 'exited' && !lastEnd.removed) holdBack(run, container, lastEnd, kind);
  try {
    const image = await unlessAborted(run.context.images.ensure(run.uid, container, tell), signal);
    if (!image) return;
    const mounted = await unlessAborted(
      provideImageVolumes(run, container, tell).then(() => true),
      signal,
    );
    if (!mounted) return;
    const started = create(run, container, kind, image, before, hooks, signal);
    await postStart(run, started, container, kind, hooks);
  } catch (error) {
    if (error instanceof StartError && error.reason !== 'PostStartHookError') {
      const configured = error.reason === 'RunContainerError' || error.reason.startsWith('CreateContainer');
      tell('Warning', 'Failed', `Error: ${configured ? error.message : error.reason}`);
    }
    throw error;
  }
}

/** Throws StartError CrashLoopBackOff while the container has to wait (kuberuntime doBackOff). */
function holdBack(run: PodRun, container: Container, before: Attempt, kind: ContainerKind): void {
  const { backoff, clock } = run.context;
  const key = `${run.uid}/${containerHash(container)}`;
  const endedAt = before.finishedAt ?? clock.now();
  const wait = backoff.remaining(key, endedAt, clock.now());
  if (wait > 0) {
    const tell = run.tellAbout(container, kind);
    tell(
      'Warning',
      'BackOff',
      `Back-off restarting failed container ${container.name} in pod ${podText(run.pod)}`,
    );
    const delay = durationText(backoff.delay(key));
    throw new StartError(
      'CrashLoopBackOff',
      `back-off ${delay} restarting failed container=${container.name} pod=${podText(run.pod)}`,
      wait,
    );
  }
  backoff.next(key, endedAt, clock.now());
}

interface Started {
  attempt: Attempt;
  container: RuntimeContainer;
}

function create(
  run: PodRun,
  spec: Container,
  kind: ContainerKind,
  image: ImageStatus,
  before: Attempt | undefined,
  hooks: StartHooks,
  signal: AbortSignal,
): Started {
  const { sandbox } = run.state;
  const { clock } = run.context;
  const tell = run.tellAbout(spec, kind);
  if (!sandbox) throw new StartError('CreateContainerError', 'the sandbox has gone');
  const number = before ? before.number + 1 : 0;
  const allocated = run.allocated ?? run.pod;
  const target = kind === 'ephemeral' ? targetOf(run, spec) : undefined;
  const config = configure(() =>
    containerConfig({
      client: run.context.client,
      pod: allocated,
      container: spec,
      image,
      fields: run.fields(),
      volumes: run.volumes,
      trees: run.context.trees,
      attempt: number,
      ...(target ? { targetContainerId: target } : {}),
    }),
  );
  const container = inRuntime('CreateContainerError', () => {
    const refusal = profileRefusal(run.pod, spec, run.context.disk);
    if (refusal !== undefined) throw new RuntimeError('CreateContainerError', refusal);
    return sandbox.createContainer(config);
  });
  tell('Normal', 'Created', 'Container created');
  const attempt: Attempt = {
    name: spec.name,
    id: container.id,
    number,
    state: 'created',
    image: image.name,
    imageID: image.id,
    specHash: containerHash(spec),
    sandbox: run.state.sandboxes,
    user: {
      linux: { uid: container.user.uid, gid: container.user.gid, supplementalGroups: container.user.groups },
    },
    resources: spec.resources ?? {},
    podResources: allocated.spec?.resources ?? {},
    container,
  };
  replace(run, attempt, before);
  try {
    inRuntime('RunContainerError', () => container.start());
  } catch (error) {
    // containerd reports a container that never started as one that ended at the beginning of time.
    Object.assign(attempt, {
      state: 'exited',
      exitCode: 128,
      reason: 'StartError',
      message: error instanceof Error ? error.message : String(error),
      startedAt: 0,
      finishedAt: clock.now(),
    });
    throw error;
  }
  attempt.state = 'running';
  attempt.startedAt = container.startedAt ?? clock.now();
  run.waiting.delete(spec.name);
  tell('Normal', 'Started', 'Container started');
  const notice = (): void => {
    noteExit(attempt, spec, container, clock.now());
    hooks.ended(attempt);
  };
  // One that fails at once is seen running for as long as a kubelet takes to notice (PLEG's relist); success is not held up.
  container.onExit(() => {
    const early = RELIST_MS - (clock.now() - (attempt.startedAt ?? 0));
    if (early > 0 && container.exitCode !== 0 && !signal.aborted) clock.after(early, notice);
    else notice();
  });
  return { attempt, container };
}

async function postStart(
  run: PodRun,
  { attempt, container }: Started,
  spec: Container,
  kind: ContainerKind,
  hooks: StartHooks,
): Promise<void> {
  const handler = spec.lifecycle?.postStart;
  const { sandbox } = run.state;
  if (!handler || !sandbox) return;
  const failure = await runHook(handler, {
    clock: run.context.clock,
    pod: run.pod,
    spec,
    container,
    sandbox,
    warn: (reason, message) => run.tell('Warning', reason, message),
  });
  if (failure === undefined) return;
  run.tellAbout(spec, kind)('Warning', 'FailedPostStartHook', 'PostStartHook failed');
  await hooks.kill(attempt, 'FailedPostStartHook');
  throw new StartError('PostStartHookError', failure);
}

/** The new attempt takes the place of the old one, of which one is kept for lastState and `logs -p`. */
function replace(run: PodRun, attempt: Attempt, before: Attempt | undefined): void {
  if (before) {
    run.state.previous.get(before.name)?.container?.remove();
    run.state.previous.set(before.name, before);
    for (const results of Object.values(run.state.probes)) results.delete(before.id);
  }
  run.state.current.set(attempt.name, attempt);
}

function targetOf(run: PodRun, container: Container & { targetContainerName?: string }): string | undefined {
  const name = container.targetContainerName;
  if (!name) return undefined;
  const target = run.state.current.get(name);
  if (target?.state === 'running') return target.id;
  throw new StartError(
    'CreateContainerConfigError',
    `unable to find target container ${JSON.stringify(name)}`,
  );
}

function configure<T>(make: () => T): T {
  try {
    return make();
  } catch (error) {
    if (error instanceof ConfigError || error instanceof FieldError) {
      throw new StartError('CreateContainerConfigError', error.message);
    }
    throw error;
  }
}

function inRuntime<T>(reason: string, call: () => T): T {
  try {
    return call();
  } catch (error) {
    // A container that did not start has ended, which is noticed at the next relist; one that was not made is tried again later.
    const retryMs = reason === 'RunContainerError' ? RELIST_MS : RETRY_MS;
    if (error instanceof RuntimeError) throw new StartError(reason, error.message, retryMs);
    throw error;
  }
}

async function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T | undefined> {
  if (signal.aborted) return undefined;
  let stop: () => void = () => undefined;
  const aborted = new Promise<undefined>((resolve) => {
    stop = () => resolve(undefined);
    signal.addEventListener('abort', stop, { once: true });
  });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener('abort', stop);
    promise.catch(() => undefined);
  }
}
