import { knownKind } from '../clusters/kinds';
import { whatThereIs } from '../content/nearest';
import { CelError, compileCel } from './cel';
import { type CheckBody, type Fact, shorthands, type Target } from './check-schema';
import { type ContainerRole, containerRoles } from './containers';
import { parseSelector } from './selectors';
import { aimOf } from './target';

export interface CheckProblem {
  path: (string | number)[];
  message: string;
}

/** What a schema cannot say of a check: targets that name nothing, CEL and patterns that do not parse, dead words. */
export function checkProblems(check: CheckBody): CheckProblem[] {
  return problemsOf(check);
}

function problemsOf(check: CheckBody): CheckProblem[] {
  if ('exec' in check) {
    const { command, script } = check.exec;
    const one = (command === undefined) !== (script === undefined);
    return [
      ...(one ? [] : [at(['exec'], 'expected either `command` or `script`')]),
      ...inTarget(['exec', 'pod'], { pod: check.exec.pod }),
      ...inText(['exec', 'stdout'], check.exec.stdout),
      ...inText(['exec', 'stderr'], check.exec.stderr),
      ...after(check.then),
    ];
  }
  if ('http' in check) {
    const { pod, service, from, url, headers } = check.http;
    const direct = [pod, service].filter((one) => one !== undefined).length;
    const ok = from ? url !== undefined && direct === 0 : direct === 1 && url === undefined;
    return [
      ...(ok ? [] : [at(['http'], 'expected `pod` or `service`, or `from` with `url`')]),
      ...(pod ? inTarget(['http', 'pod'], { pod }) : []),
      ...(from ? inTarget(['http', 'from', 'pod'], { pod: from.pod }) : []),
      ...(from && headers
        ? [at(['http', 'headers'], 'expected only with `pod` or `service`: wget does not tell headers')]
        : []),
      ...Object.entries(headers ?? {}).flatMap(([name, match]) => inText(['http', 'headers', name], match)),
      ...inText(['http', 'body'], check.http.body),
      ...after(check.then),
    ];
  }
  if ('logs' in check) {
    const { contains, lacks, equals, matches } = check.logs;
    const says = [contains, lacks, equals, matches].some((one) => one !== undefined);
    return [
      ...(says ? [] : [at(['logs'], 'expected `contains`, `lacks`, `equals` or `matches`')]),
      ...inTarget(['logs', 'pod'], { pod: check.logs.pod }),
      ...inText(['logs'], check.logs),
      ...after(check.then),
    ];
  }
  if ('events' in check)
    return [
      ...inTarget(['events', 'about'], check.events.about),
      ...inText(['events', 'message'], check.events.message),
    ];
  if ('history' in check) {
    const { order, ever, never, replaced } = check.history;
    const said = [order, ever, never, replaced].filter((one) => one !== undefined).length;
    return [
      ...(said === 1 ? [] : [at(['history'], 'expected one of `order`, `ever`, `never` and `replaced`')]),
      ...inTarget(['history'], check.history),
      ...(order ?? []).flatMap((fact, i) => inFact(['history', 'order', i], fact)),
      ...(ever ? inFact(['history', 'ever'], ever) : []),
      ...(never ? inFact(['history', 'never'], never) : []),
    ];
  }
  if ('cel' in check) {
    const names = Object.keys(check.with ?? {});
    return [
      ...inTarget([], check, names.length > 0),
      ...Object.entries(check.with ?? {}).flatMap(([name, target]) => inTarget(['with', name], target)),
      ...inCel(['cel'], check.cel, 'bool', names),
      ...(check.message ? inCel(['message'], check.message, 'string', names) : []),
    ];
  }
  const { expect, containers, absent, count, exactly } = check;
  const wants = [expect, containers, absent, count].some((one) => one !== undefined);
  return [
    ...inTarget([], check),
    ...(wants
      ? []
      : [
          at(
            [],
            'expected `expect`, `containers`, `absent`, `count`, `cel`, `exec`, `http`, `logs`, `events` or `history`',
          ),
        ]),
    ...(absent && (expect || containers || count !== undefined)
      ? [at(['absent'], 'expected alone: nothing else can hold of what is not there')]
      : []),
    ...Object.entries(containers ?? {}).flatMap(([name, { role }]) => inRole(name, role)),
    ...(exactly && !expect && !containers
      ? [at(['exactly'], 'expected only together with `expect` or `containers`')]
      : []),
  ];
}

function at(path: (string | number)[], message: string): CheckProblem {
  return { path, message };
}

function after(body: CheckBody | undefined): CheckProblem[] {
  return body ? problemsOf(body).map(({ path, message }) => at(['then', ...path], message)) : [];
}

function inTarget(path: (string | number)[], target: Target, optional = false): CheckProblem[] {
  const short = Object.keys(shorthands).filter((key) => target[key as keyof typeof shorthands] !== undefined);
  if (short.length + (target.kind ? 1 : 0) > 1)
    return [at(path, `expected one object, found ${short.join(' and ')}`)];
  try {
    const aim = aimOf(target);
    if (!aim) return optional ? [] : [at(path, 'expected an object to look at, such as `pod: web`')];
    if (target.kind && !target.apiVersion && !knownKind(target.kind))
      return [
        at(
          [...path, 'kind'],
          `expected a kind of Kubernetes, or \`apiVersion\` beside it; found ${target.kind}`,
        ),
      ];
    if (target.selector && typeof target.selector === 'string') parseSelector(target.selector);
    return [];
  } catch (error) {
    const place = short[0] ? [...path, short[0], 'selector'] : [...path, 'selector'];
    return [at(place, `expected labels such as app=web,tier!=cache: ${(error as Error).message}`)];
  }
}

function inRole(name: string, role: unknown): CheckProblem[] {
  const unknown = [role ?? []].flat().find((one) => !containerRoles.includes(one as ContainerRole));
  if (unknown === undefined) return [];
  const end = whatThereIs(String(unknown), containerRoles);
  return [at(['containers', name, 'role'], `expected the role of a container, found "${unknown}"${end}`)];
}

function inText(path: (string | number)[], match: unknown): CheckProblem[] {
  const pattern = (match as { matches?: string } | undefined)?.matches;
  if (pattern === undefined) return [];
  try {
    new RegExp(pattern, 'mu');
    return [];
  } catch (error) {
    return [at([...path, 'matches'], `expected a regular expression: ${(error as Error).message}`)];
  }
}

function inFact(path: (string | number)[], fact: Fact): CheckProblem[] {
  return 'cel' in fact ? inCel([...path, 'cel'], fact.cel, 'bool', []) : [];
}

function inCel(
  path: (string | number)[],
  expression: string,
  result: 'bool' | 'string',
  names: readonly string[],
): CheckProblem[] {
  try {
    compileCel(expression, result, names);
    return [];
  } catch (error) {
    if (!(error instanceof CelError)) throw error;
    return [at(path, `expected CEL: ${error.message}${celHint(expression, error)}`)];
  }
}

/** Where in the expression, with its words: in a folded text of YAML a line number would mislead. */
function celHint(expression: string, { message, offset }: CelError): string {
  const near = expression.slice(Math.max(0, offset - 12), offset + 24).trim();
  const place = ` (at character ${offset + 1}, near \`${near}\`)`;
  if (message.endsWith('character: =')) return `${place}: did you mean \`==\`?`;
  // A macro that does not exist is taken for a method, whose first argument is then a variable that nobody knows.
  const unknown = /^Unknown variable: (\w+)$/.exec(message)?.[1];
  const macro = unknown && new RegExp(`\\.(\\w+)\\(\\s*${unknown}\\s*,`).exec(expression)?.[1];
  if (!macro || macros.includes(macro)) return place;
  return `${place}; \`${macro}\` is no macro of CEL${whatThereIs(macro, macros)}`;
}

const macros = ['all', 'exists', 'exists_one', 'filter', 'map'];
