import { type CheckContext, notThere, select, waitOrFail } from './check-context';
import type { HttpSpec } from './check-schema';
import { cutOutput, failed, type Outcome, observe, passed } from './outcome';
import { outputs, type PodName, podToAsk, quoted, wrong, youngMs } from './pod-to-ask';
import { type Aim, aimOf } from './target';
import { textProblem } from './text-match';

export async function checkHttp(check: HttpSpec, context: CheckContext): Promise<Outcome> {
  if (check.from && check.url) return askFrom(check.from, check.url, check, context);
  if (check.service !== undefined) return askService(check.service, check, context);
  const found = podToAsk(check.pod ?? '', undefined, context);
  if ('outcome' in found) return found.outcome;
  const { pod } = found;
  const { problem, observed } = await ask('Pod', pod.metadata.name, check, context);
  return problem ? wrong(pod, context, problem, observed) : passed(observed);
}

async function askService(name: string, check: HttpSpec, context: CheckContext): Promise<Outcome> {
  const aim = aimOf({ service: name });
  const [service] = aim ? select(aim, context.picture) : [];
  if (!service) return aim ? notThere(aim, context.picture) : failed('This check names no Service', []);
  const { problem, observed } = await ask('Service', name, check, context);
  if (!problem) return passed(observed);
  const { selector } = service.spec as { selector?: Record<string, string> };
  const pods = selector ? select(aimOf({ pod: { selector } }) as Aim, context.picture) : [];
  if (selector && pods.length === 0) {
    const labels = Object.entries(selector).map(([key, value]) => `${key}=${value}`);
    return failed(
      context.reveal ? `${problem}: it selects Pods with ${labels.join(',')}, and there is none` : problem,
      observed,
    );
  }
  // A Pod behind it that has just started, or has still to, may yet answer.
  const young = pods.find((pod) => context.picture.ageOf(pod) < youngMs);
  return waitOrFail(pods, context, (trouble) =>
    young ? wrong(young, context, problem, observed) : failed(trouble ?? problem, observed),
  );
}

/** Asks a Pod or a Service through the API server. `problem`: what is wrong with the answer, in a sentence. */
async function ask(kind: 'Pod' | 'Service', name: string, check: HttpSpec, context: CheckContext) {
  const { port = 80, path = '/' } = check;
  const target = { kind: kind === 'Pod' ? ('pods' as const) : ('services' as const), name };
  const reply = await context.api.proxyGet(context.namespace, { ...target, port }, path, context.signal);
  const fields = { path, status: reply.status, body: cutOutput(reply.body) };
  const observed = [{ kind, namespace: context.namespace, name, fields }];
  const problem = replyProblem(reply, check, context.reveal);
  return {
    observed,
    problem: problem && `${kind} ${name}, asked for ${path} on port ${port}, ${problem}`,
  };
}

function replyProblem(
  { status, headers, body }: { status: number; headers: Record<string, string>; body: string },
  check: HttpSpec,
  reveal: boolean,
): string | undefined {
  // The API server's own words when it cannot reach the target (apimachinery, proxy error responder).
  if (status === 503 && body.includes('no endpoints available')) return 'has no ready endpoints';
  if (status >= 500 && body.includes('no service port')) return 'has no such port';
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
