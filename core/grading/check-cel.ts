import type { KubeObject } from '../clusters/kube-api';
import { TookTooLong } from './bounded';
import { CelError, type CelExpression, celValue, compileCel } from './cel';
import { believed, type CheckContext, notThere, select, waitOrFail } from './check-context';
import type { CelSpec } from './check-schema';
import { failed, type Outcome, observe, unavailable, waiting } from './outcome';
import { type Aim, aimOf } from './target';

const compiled = new WeakMap<CelSpec, { rule: CelExpression; message?: CelExpression }>();

function compile(check: CelSpec): { rule: CelExpression; message?: CelExpression } {
  const known = compiled.get(check);
  if (known) return known;
  const names = Object.keys(check.with ?? {});
  const made = {
    rule: compileCel(check.cel, 'bool', names),
    message: check.message === undefined ? undefined : compileCel(check.message, 'string', names),
  };
  compiled.set(check, made);
  return made;
}

/** A rule in CEL over one or more objects. */
export function checkCel(check: CelSpec, context: CheckContext): Outcome {
  const { rule, message } = compile(check);
  const objects: KubeObject[] = [];
  const names: Record<string, unknown> = { vars: celValue(context.values) };
  const bind = (aim: Aim): KubeObject[] | Outcome => {
    const found = select(aim, context.picture).filter((one) => !one.metadata.deletionTimestamp);
    if (aim.name !== undefined && found.length === 0) {
      const leaving = select(aim, context.picture);
      return leaving.length > 0
        ? waiting(
            `${aim.title} is being deleted`,
            leaving.map((one) => observe(one)),
            2000,
          )
        : notThere(aim, context.picture);
    }
    objects.push(...found);
    return found;
  };

  const aim = aimOf(check);
  if (aim) {
    const found = bind(aim);
    if (!Array.isArray(found)) return found;
    if (found.length === 0 && /\bobject\b/.test(check.cel)) return notThere(aim, context.picture);
    names.object = celValue(found[0] ?? null);
    names.objects = found.map(celValue);
  }
  for (const [name, target] of Object.entries(check.with ?? {})) {
    const other = aimOf(target);
    const found = other ? bind(other) : [];
    if (!Array.isArray(found)) return found;
    names[name] = other?.name === undefined ? found.map(celValue) : celValue(found[0]);
  }

  const value = evaluate(rule, names);
  if (value instanceof TookTooLong) return unavailable('This check took too long; Podlab tries again', 5000);
  const observed = objects.map((object) =>
    observe(object, { [check.cel]: value instanceof CelError ? value.message : value }),
  );
  if (value === true)
    return believed(objects, { readsStatus: rule.readsStatus, steady: check.steady }, context, observed);
  const fail = (trouble?: string) => {
    const said = message ? evaluate(message, names) : undefined;
    return failed(trouble ?? (typeof said === 'string' && said ? said : plain(aim, value)), observed);
  };
  return rule.readsStatus ? waitOrFail(objects, context, fail) : fail();
}

function evaluate(expression: CelExpression, names: Record<string, unknown>): unknown {
  try {
    return expression.evaluate(names);
  } catch (error) {
    if (error instanceof CelError || error instanceof TookTooLong) return error;
    return new CelError(error instanceof Error ? error.message : String(error));
  }
}

/** Without a message of the author's: what can be said without giving the rule away. */
function plain(aim: Aim | undefined, value: unknown): string {
  const what = aim?.title ?? 'The cluster';
  if (value instanceof CelError && value.message.startsWith('No such key')) {
    const key = value.message.slice('No such key: '.length);
    return `${what} does not have what this check looks for: there is no \`${key}\``;
  }
  if (value instanceof CelError) return `${what} is not as this check needs it: ${value.message}`;
  return `${what} is not as it should be yet`;
}
