import { type ExecResult, KubeApiError, type KubeObject } from '../clusters/kube-api';
import { type CheckContext, notThere, select, settle, waitOrFail } from './check-context';
import type { ExecSpec, HttpSpec, LogsSpec } from './check-schema';
import { containersOf, defaultContainerOf } from './containers';
import { cutOutput, failed, noContainer, type Outcome, observe, passed, waiting } from './outcome';
import { aimOf } from './target';
import { textProblem } from './text-match';

/** So young may a Pod be for a wrong answer to be put down to its start. */
const youngMs = 2000;

type PodName = ExecSpec['pod'];

/** The Pod to ask, its container running, kubectl's default one when none is named; or the outcome when there is none. */
function podToAsk(
  pod: PodName,
  container: string | undefined,
  context: CheckContext,
): { pod: KubeObject; container?: string } | { outcome: Outcome } {
  const aim = aimOf({ pod });
  if (!aim) return { outcome: failed('This check names no Pod', []) };
  const pods = select(aim, context.picture).filter((one) => !one.metadata.deletionTimestamp);
  if (pods.length === 0) return { outcome: notThere(aim, context.picture) };
  const named = pods.filter((one) => !container || containersOf(one).some(({ name }) => name === container));
  if (named.length === 0) {
    const names = containersOf(pods[0] as KubeObject).map(({ name }) => name);
    const observed = pods.map((one) => observe(one));
    return { outcome: noContainer(aim.title, container ?? '', names, observed) };
  }
  for (const pod of named) {
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
function wrong(
  pod: KubeObject | undefined,
  context: CheckContext,
  message: string,
  observed: Outcome['observed'],
): Outcome {
  if (pod && (context.picture.ageOf(pod) < youngMs || settle(pod, context).kind === 'on-its-way'))
    return waiting(message, observed, youngMs);
  return failed(message, observed);
}

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
        `The output of ${shown} ${problem}; it is ${quoted(result[stream])}`,
        observed,
      );
  }
  return passed(observed);
}

/** containerd's and runc's words, without those of every layer above them. */
function whyNotRun(error = 'unknown reason'): string {
  const missing = /exec: "([^"]*)": (?:executable file not found|stat .*no such file)/.exec(error)?.[1];
  if (missing) return `its image has no program \`${missing}\``;
  return error.replace(/^(Internal error occurred: )+/, '');
}

function outputs(command: readonly string[], { stdout, stderr, exitCode }: ExecResult) {
  return { command: command.join(' '), exitCode, stdout: cutOutput(stdout), stderr: cutOutput(stderr) };
}

function quoted(text: string): string {
  const trimmed = text.trim().replace(/\s+/g, ' ');
  if (!trimmed) return 'empty';
  return `"${trimmed.length > 160 ? `${trimmed.slice(0, 157)}…` : trimmed}"`;
}

export async function checkLogs(check: LogsSpec, context: CheckContext): Promise<Outcome> {
  const aim = aimOf({ pod: check.pod });
  const pods = aim ? select(aim, context.picture) : [];
  const pod = pods.find((one) => !one.metadata.deletionTimestamp) ?? pods[0];
  if (!aim || !pod) return aim ? notThere(aim, context.picture) : failed('This check names no Pod', []);
  const name = pod.metadata.name;
  const container = check.container ?? defaultContainerOf(pod) ?? '';
  const names = containersOf(pod).map((one) => one.name);
  if (!names.includes(container)) return noContainer(`Pod ${name}`, container, names, [observe(pod)]);
  const of = `container ${container} of Pod ${name}`;
  let text: string;
  try {
    text = await context.api.logs(
      context.namespace,
      name,
      { container, previous: check.previous },
      context.signal,
    );
  } catch (error) {
    // 400: the container has not started, or has no previous attempt.
    if (!(error instanceof KubeApiError) || error.code !== 400) throw error;
    return waitOrFail([pod], context, (trouble) =>
      failed(trouble ?? `There is no log of ${of} yet`, [observe(pod)]),
    );
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

export async function checkHttp(check: HttpSpec, context: CheckContext): Promise<Outcome> {
  if (check.from && check.url) return askFrom(check.from, check.url, check, context);
  const { port = 80, path = '/' } = check;
  let target: { kind: 'pods' | 'services'; name: string };
  let pod: KubeObject | undefined;
  if (check.service !== undefined) {
    const aim = aimOf({ service: check.service });
    if (aim && select(aim, context.picture).length === 0) return notThere(aim, context.picture);
    target = { kind: 'services', name: check.service };
  } else {
    const found = podToAsk(check.pod ?? '', undefined, context);
    if ('outcome' in found) return found.outcome;
    pod = found.pod;
    target = { kind: 'pods', name: pod.metadata.name };
  }
  const reply = await context.api.proxyGet(context.namespace, { ...target, port }, path, context.signal);
  const title = `${target.kind === 'pods' ? 'Pod' : 'Service'} ${target.name}`;
  const observed = [
    {
      kind: title.split(' ')[0] ?? '',
      namespace: context.namespace,
      name: target.name,
      fields: { path, status: reply.status, body: cutOutput(reply.body) },
    },
  ];
  const problem = replyProblem(reply, check, context.reveal);
  return problem
    ? wrong(pod, context, `${title}, asked for ${path} on port ${port}, ${problem}`, observed)
    : passed(observed);
}

function replyProblem(
  { status, headers, body }: { status: number; headers: Record<string, string>; body: string },
  check: HttpSpec,
  reveal: boolean,
): string | undefined {
  // The API server's own words when it cannot reach the target (apimachinery, proxy error responder).
  if (status === 503 && body.includes('no endpoints available')) return 'has no ready endpoints';
  if (status >= 500 && /error trying to reach service/.test(body))
    return `does not answer: ${/error trying to reach service: ([^"]*)/.exec(body)?.[1]?.trim() ?? 'nothing listens there'}`;
  const wanted = check.status ?? 200;
  if (status !== wanted)
    return reveal ? `answers with status ${status}, not ${wanted}` : `answers with status ${status}`;
  for (const [name, match] of Object.entries(check.headers ?? {})) {
    const problem = textProblem(match, headers[name.toLowerCase()] ?? '', reveal);
    if (problem) return `answers with a header ${name} that ${problem}`;
  }
  const problem = check.body && textProblem(check.body, body, reveal);
  return problem && `answers with a body that ${problem}; it is ${quoted(body)}`;
}

/** Asks as a container would, with what it has: BusyBox's wget, else curl. Prints the status on the last line. */
const askScript = `if ! command -v wget >/dev/null 2>&1; then curl -sS -m 8 -w '\\n%{http_code}' "$1"; exit; fi
if out=$(wget -q -T 8 -O - "$1" 2>&1); then printf '%s\\n200' "$out"; exit; fi
code=$(printf '%s' "$out" | sed -n 's/.*HTTP\\/1\\.[01] \\([0-9]*\\).*/\\1/p')
if [ -n "$code" ]; then printf '%s\\n%s' "$out" "$code"; exit 0; fi
printf '%s' "$out" >&2; exit 1`;

async function askFrom(
  from: { pod: PodName; container?: string },
  url: string,
  check: HttpSpec,
  context: CheckContext,
): Promise<Outcome> {
  const found = podToAsk(from.pod, from.container, context);
  if ('outcome' in found) return found.outcome;
  const { pod } = found;
  const command = ['sh', '-c', askScript, 'ask', url];
  const result = await context.api.exec(
    context.namespace,
    pod.metadata.name,
    { container: found.container, command },
    context.signal,
  );
  const observed = [observe(pod, { url, ...outputs(['ask', url], result) })];
  const asked = `${from.container ? `Container ${from.container} of ` : ''}Pod ${pod.metadata.name}, asking ${url},`;
  if (result.exitCode !== 0)
    return wrong(
      pod,
      context,
      `${asked} gets no answer: ${(result.error ?? (result.stderr || result.stdout)).trim()}`,
      observed,
    );
  const cut = result.stdout.lastIndexOf('\n');
  const reply = {
    status: Number(result.stdout.slice(cut + 1)),
    headers: {},
    body: result.stdout.slice(0, Math.max(0, cut)),
  };
  const problem = replyProblem(reply, check, context.reveal);
  return problem ? wrong(pod, context, `${asked} finds that it ${problem}`, observed) : passed(observed);
}
