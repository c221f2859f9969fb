import type { KubeObject } from '../clusters/kube-api';
import { believed, type CheckContext, notThere, select, waitOrFail } from './check-context';
import type { StateSpec } from './check-schema';
import { type ContainerView, containersOf } from './containers';
import { type MatchOptions, type Mismatch, matchPartial } from './match';
import {
  comparedFields,
  difference,
  failed,
  inWords,
  type Outcome,
  observe,
  passed,
  waiting,
} from './outcome';
import { aimOf } from './target';

/** Objects as they are, compared with part of what they should be. */
export function checkState(check: StateSpec, context: CheckContext): Outcome {
  const aim = aimOf(check);
  if (!aim) return failed('This check names no object', []);
  const all = select(aim, context.picture);
  const staying = all.filter((object) => !object.metadata.deletionTimestamp);

  if (check.absent) {
    if (all.length === 0)
      return passed([{ kind: aim.kind, namespace: '', name: aim.name ?? '', fields: { exists: false } }]);
    const observed = all.map((object) => observe(object, { exists: true }));
    if (staying.length > 0)
      return failed(`${aim.title} should not be there, but ${staying.length > 1 ? 'are' : 'is'}`, observed);
    return waitOrFail(all, context, (trouble) => failed(trouble ?? `${aim.title} is still there`, observed));
  }

  if (check.count !== undefined) {
    const wrong = wrongCount(check.count, staying, aim.title, context);
    if (wrong) return wrong;
    if (!check.expect && !check.containers) return passed(staying.map((object) => observe(object)));
  }
  // An object on its way out is looked at only when there is no other: its successor may be on its way in.
  const objects = staying.length > 0 ? staying : all;
  if (objects.length === 0) return notThere(aim, context.picture);
  if (staying.length === 0)
    return waiting(
      `${aim.title} is being deleted`,
      objects.map((one) => observe(one)),
      2000,
    );

  const results = objects.map((object) => ({ object, wrong: compare(check, object) }));
  const good = results.filter(({ wrong }) => wrong.length === 0);
  const observed = objects.map((object) => observe(object, compared(check, object)));
  if (check.match === 'some' ? good.length > 0 : good.length === results.length)
    return believed(
      good.map(({ object }) => object),
      { readsStatus: readsStatus(check), steady: check.steady },
      context,
      observed,
    );

  const worst = results
    .filter(({ wrong }) => wrong.length > 0)
    .sort((a, b) => a.wrong.length - b.wrong.length);
  const asked = worst.flatMap(({ object, wrong }) =>
    wrong.filter((one) => !isStatus(one)).map((one) => ({ object, one })),
  );
  const done = worst.flatMap(({ object, wrong }) => wrong.filter(isStatus).map((one) => ({ object, one })));
  const differences = [...asked, ...done].map(({ object, one }) => difference(object, one, context.reveal));
  const first = differences[0];
  const message = first ? inWords(first) : `${aim.title} is not as it should be`;
  // What was asked for is wrong and stays wrong; what the cluster does may still come right.
  if (asked.length > 0) return failed(message, observed, differences);
  return waitOrFail(
    worst.map(({ object }) => object),
    context,
    (trouble) => failed(trouble ?? message, observed, differences),
  );
}

function isStatus({ path }: Mismatch): boolean {
  return path[0] === 'status' || (path[0] === 'spec' && path[1] === 'containers' && path[3] === 'status');
}

function wrongCount(
  count: NonNullable<StateSpec['count']>,
  objects: KubeObject[],
  title: string,
  context: CheckContext,
): Outcome | undefined {
  const right = typeof count === 'number' ? objects.length === count : objects.length >= count.min;
  if (right) return undefined;
  const expected = typeof count === 'number' ? String(count) : `at least ${count.min}`;
  const observed = objects.map((object) => observe(object));
  const lately = objects.some((object) => context.picture.ageOf(object) < 2000);
  if (lately) return waiting(`The number of ${title} has just changed`, observed, 2000);
  const difference = { where: title, actual: String(objects.length), ...(context.reveal && { expected }) };
  return failed(
    `${title}: ${context.reveal ? `expected ${expected}, ` : ''}found ${objects.length}`,
    observed,
    [difference],
  );
}

function readsStatus({ expect, containers }: StateSpec): boolean {
  return (expect && 'status' in expect) || Object.values(containers ?? {}).some((one) => 'status' in one);
}

function compare(check: StateSpec, object: KubeObject): Mismatch[] {
  const options: MatchOptions = { exactly: check.exactly };
  const wrong = check.expect ? matchPartial(check.expect, object, options) : [];
  if (!check.containers) return wrong;
  const there = containersOf(object);
  for (const [name, partial] of Object.entries(check.containers))
    wrong.push(...compareContainer(name, partial, there, options));
  return wrong;
}

function compareContainer(
  name: string,
  partial: Record<string, unknown>,
  there: ContainerView[],
  options: MatchOptions,
): Mismatch[] {
  const container = there.find((one) => one.name === name);
  if (!container) {
    const names = there.map((one) => one.name).join(', ');
    return [
      { path: [], expected: `a container ${name}`, actual: names ? `containers ${names}` : 'no containers' },
    ];
  }
  const { role, ...rest } = partial;
  const wrong: Mismatch[] = [];
  const roles = role === undefined ? [] : [role].flat();
  if (roles.length > 0 && !roles.includes(container.role))
    wrong.push({
      path: ['spec', 'containers', name],
      expected: `${roles.join(' or ')} container`,
      actual: `${container.role} container`,
    });
  return [...wrong, ...matchPartial(rest, container, options, ['spec', 'containers', name])];
}

function compared({ expect, containers }: StateSpec, object: KubeObject): Record<string, unknown> {
  const fields = expect ? comparedFields(expect, object) : {};
  const there = containersOf(object);
  for (const [name, partial] of Object.entries(containers ?? {}))
    Object.assign(
      fields,
      comparedFields(
        partial,
        there.find((one) => one.name === name),
        `container ${name}`,
      ),
    );
  return fields;
}
