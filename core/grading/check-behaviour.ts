import { KubeApiError, type KubeObject } from '../clusters/kube-api';
import { type CheckContext, waitOrFail } from './check-context';
import type { ExecSpec, LogsSpec } from './check-schema';
import { defaultContainerOf } from './containers';
import { cutOutput, failed, type Outcome, observe, passed } from './outcome';
import { outputs, podsWith, podToAsk, quoted, wrong } from './pod-to-ask';
import { aimOf } from './target';
import { textProblem } from './text-match';
import { whyNotRun } from './why-not-run';

export async function checkExec(check: ExecSpec, context: CheckContext): Promise<Outcome> {
  const asked = podToAsk(check.pod, check.container, context);
  if ('outcome' in asked) return asked.outcome;
  const { pod, container } = asked;
  const command = check.command ?? ['sh', '-c', check.script ?? ''];
  const name = pod.metadata.name;
  const result = await context.api.exec(
    context.namespace,
    name,
    { container, command, stdin: check.stdin },
    context.signal,
  );
  const observed = [observe(pod, outputs(command, result))];
  const where = `in ${check.container ? `container ${check.container} of ` : ''}Pod ${name}`;
  const shown = context.reveal ? `\`${command.join(' ')}\` ${where}` : `The command that Podlab ran ${where}`;
  if (result.exitCode === null)
    return wrong(pod, context, `${shown} did not run: ${whyNotRun(result.error)}`, observed);
  const wanted = check.exitCode ?? 0;
  if (wanted !== 'any' && result.exitCode !== wanted) {
    const said = (result.stderr || result.stdout).trim().split('\n').slice(-3).join(' / ');
    return wrong(
      pod,
      context,
      `${shown} ended with exit code ${result.exitCode}${said ? `: ${said}` : ''}`,
      observed,
    );
  }
  for (const stream of ['stdout', 'stderr'] as const) {
    const match = check[stream];
    const problem = match && textProblem(match, result[stream], context.reveal);
    if (problem)
      return wrong(
        pod,
        context,
        `The output of ${shown.charAt(0).toLowerCase()}${shown.slice(1)} ${problem}; it is ${quoted(result[stream])}`,
        observed,
      );
  }
  return passed(observed);
}

export async function checkLogs(check: LogsSpec, context: CheckContext): Promise<Outcome> {
  const aim = aimOf({ pod: check.pod });
  if (!aim) return failed('This check names no Pod', []);
  const found = podsWith(aim, check.container, context);
  if ('outcome' in found) return found.outcome;
  const [pod, ...others] = found.pods;
  // Of several, any may have printed it (whose turn it was, a Service decides), and none what must not be there.
  const decides = (outcome: Outcome) => (outcome.verdict.kind === 'passed') === (check.lacks === undefined);
  const first = await checkLogsOf(pod, check, context);
  if (decides(first)) return first;
  for (const other of others) {
    const outcome = await checkLogsOf(other, check, context);
    if (decides(outcome)) return outcome;
  }
  return first;
}

/** What `KubeApi.logs` reads at most, from the beginning. */
const logLimit = 1024 * 1024;
/** Of a log that is longer: so much of its end. */
const tailLines = 2000;

/** A log; of a long one its beginning and its end, where what has just happened stands. */
async function bothEnds(read: (more: { tailLines?: number }) => Promise<string>): Promise<string> {
  const start = await read({});
  // A character that the limit cuts in two is missing.
  if (Buffer.byteLength(start) < logLimit - 4) return start;
  return `${start}\n${await read({ tailLines })}`;
}

async function checkLogsOf(pod: KubeObject, check: LogsSpec, context: CheckContext): Promise<Outcome> {
  const name = pod.metadata.name;
  const container = check.container ?? defaultContainerOf(pod) ?? '';
  const of = `container ${container} of Pod ${name}`;
  let text: string;
  try {
    text = await bothEnds((more) =>
      context.api.logs(
        context.namespace,
        name,
        { container, previous: check.previous, ...more },
        context.signal,
      ),
    );
  } catch (error) {
    // 400: the container has not started, or has no previous attempt.
    if (!(error instanceof KubeApiError) || error.code !== 400) throw error;
    const none = check.previous ? `${of} has not been restarted` : `there is no log of ${of} yet`;
    return waitOrFail([pod], context, (trouble) => failed(trouble ?? none, [observe(pod)]));
  }
  const observed = [observe(pod, { container, log: cutOutput(text.slice(-4096)) })];
  const problem = textProblem(check, text, context.reveal);
  if (!problem) return passed(observed);
  const last = text.trim().split('\n').at(-1) ?? '';
  return wrong(
    pod,
    context,
    `The log of ${of} ${problem}; ${last ? `its last line is ${quoted(last)}` : 'it is empty'}`,
    observed,
  );
}
