import type { Lab } from './lab';
import { drawVariables, nonceOf, placeholders, substitute, type VariableValue } from './variables';

/**
 * The values of a session's `${…}`: `namespace`, `nonce` (one for the session) and the lab's own variables, all drawn from
 * the seed, so that the same seed gives the same lab.
 */
export function sessionValues(
  lab: Pick<Lab, 'variables'>,
  session: { seed: string; namespace: string },
): Record<string, VariableValue> {
  return {
    ...drawVariables(lab.variables, session.seed),
    namespace: session.namespace,
    nonce: nonceOf(session.seed, 'session'),
  };
}

/** Of a session's values, those that its texts show. `namespace`: undefined while there is none. */
export function shownValues(
  lab: Lab,
  { seed, namespace }: { seed: string; namespace: string | undefined },
): Record<string, VariableValue> {
  const texts = lab.tasks.map(({ title, text, checks }) => [title, text, checks.map(({ says }) => says)]);
  const shown = new Set(placeholders([lab.intro, texts]));
  if (namespace === undefined) shown.delete('namespace');
  const values = Object.entries(sessionValues(lab, { seed, namespace: namespace ?? '' }));
  return Object.fromEntries(values.filter(([name]) => shown.has(name)));
}

/**
 * A lab with `${…}` filled in for one session: texts, files, setup and checks, except `${nonce}` in checks, which the
 * grader draws anew for each evaluation. Doing it twice changes nothing.
 */
export function instantiateLab(lab: Lab, session: { seed: string; namespace: string }): Lab {
  const values = sessionValues(lab, session);
  const { nonce: _, ...inChecks } = values;
  return {
    ...lab,
    intro: String(substitute(lab.intro, values)),
    files: asTexts(lab.files, values),
    setup: substitute(lab.setup, values),
    tasks: lab.tasks.map((task) => ({
      ...task,
      title: String(substitute(task.title, values)),
      text: String(substitute(task.text, values)),
      hints: task.hints.map(({ text, cost }) => ({ text: String(substitute(text, values)), cost })),
      checks: task.checks.map((check) => ({
        ...substitute(check, inChecks),
        says: String(substitute(check.says, values)),
      })),
    })),
  };
}

function asTexts(
  files: Record<string, string>,
  values: Record<string, VariableValue>,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(files).map(([path, text]) => [path, String(substitute(text, values))]),
  );
}
