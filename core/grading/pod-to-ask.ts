import type { ExecResult, KubeObject } from '../clusters/kube-api';
import { type CheckContext, notThere, select, settle, waitOrFail } from './check-context';
import type { ExecSpec } from './check-schema';
import { containersOf, defaultContainerOf } from './containers';
import { cutOutput, failed, noContainer, type Outcome, observe, waiting } from './outcome';
import { type Aim, aimOf } from './target';

/** So young may a Pod be for a wrong answer to be put down to its start. */
export const youngMs = 2000;

export type PodName = ExecSpec['pod'];

/** The Pods that are meant and have the container, those that stay first; or the outcome when there is none. */
export function podsWith(
  aim: Aim,
  container: string | undefined,
  { picture }: CheckContext,
): { pods: [KubeObject, ...KubeObject[]] } | { outcome: Outcome } {
  const all = select(aim, picture);
  const staying = all.filter((one) => !one.metadata.deletionTimestamp);
  const [first, ...more] = staying.length > 0 ? staying : all;
  if (!first) return { outcome: notThere(aim, picture) };
  const [found, ...others] = [first, ...more].filter(
    (one) => !container || containersOf(one).some(({ name }) => name === container),
  );
  if (found) return { pods: [found, ...others] };
  const names = containersOf(first).map(({ name }) => name);
  const observed = [first, ...more].map((one) => observe(one));
  return { outcome: noContainer(aim.title, container ?? '', names, observed) };
}

/** The Pod to ask, its container running, kubectl's default one when none is named; or the outcome when there is none. */
export function podToAsk(
  pod: PodName,
  container: string | undefined,
  context: CheckContext,
): { pod: KubeObject; container?: string } | { outcome: Outcome } {
  const aim = aimOf({ pod });
  if (!aim) return { outcome: failed('This check names no Pod', []) };
  const found = podsWith(aim, container, context);
  if ('outcome' in found) return found;
  const { pods: named } = found;
  for (const pod of named) {
    if (pod.metadata.deletionTimestamp) continue;
    const asked = container ?? defaultContainerOf(pod);
    const status = containersOf(pod).find(({ name }) => name === asked)?.status;
    if (status?.state?.running) return { pod, container: asked };
  }
  const outcome = waitOrFail(named, context, (trouble) =>
    failed(
      trouble ?? `${aim.title} is not running, so Podlab cannot try it`,
      named.map((one) => observe(one)),
    ),
  );
  return { outcome };
}

/** Wrong, but its Pod has only just started: worth another look. */
export function wrong(
  pod: KubeObject,
  context: CheckContext,
  message: string,
  observed: Outcome['observed'],
): Outcome {
  if (context.picture.ageOf(pod) < youngMs || settle(pod, context).kind === 'on-its-way')
    return waiting(message, observed, youngMs);
  return failed(message, observed);
}

/** What a command said, for the record. */
export function outputs(command: readonly string[], { stdout, stderr, exitCode }: ExecResult) {
  return { command: command.join(' '), exitCode, stdout: cutOutput(stdout), stderr: cutOutput(stderr) };
}

/** What a program said, for a sentence. */
export function quoted(text: string): string {
  const trimmed = text.trim().replace(/\s+/g, ' ');
  if (!trimmed) return 'empty';
  return `"${trimmed.length > 160 ? `${trimmed.slice(0, 157)}…` : trimmed}"`;
}
