import { knownKind } from '../core/clusters/kinds';
import { whatThereIs } from '../core/content/nearest';
import type { ProblemFinder } from '../core/content/problem-finder';
import { aimOf } from '../core/grading/target';
import { resourceByKind } from '../simulator/schema/resources';
import { modelFields } from '../simulator/schema/schema';

type Path = readonly PropertyKey[];
type Fields = Record<string, unknown>;

/**
 * Says which fields of a check's partial objects Kubernetes does not have: such a check could never pass. `body` is the check as
 * written, or what follows it; a kind that the embedded cluster does not serve is left alone.
 */
export function lintCheckFields(finder: ProblemFinder, body: Fields, path: Path): void {
  if (isMap(body.then)) lintCheckFields(finder, body.then, [...path, 'then']);
  const aim = aimOf(body);
  const model = aim && modelOf(aim.apiVersion, aim.kind);
  if (model && body.expect) walk(finder, body.expect, model, [...path, 'expect']);
  if (!isMap(body.containers)) return;
  for (const [name, partial] of Object.entries(body.containers)) {
    if (!isMap(partial)) continue;
    const at = [...path, 'containers', name];
    const { role: _, status, ...fields } = partial;
    walk(finder, fields, 'V1Container', at);
    if (status !== undefined) walk(finder, status, 'V1ContainerStatus', [...at, 'status']);
  }
}

/** Says which fields of an object to be created Kubernetes does not have. */
export function lintObjectFields(finder: ProblemFinder, object: unknown): void {
  if (!isMap(object)) return;
  const model = modelOf(String(object.apiVersion), String(object.kind));
  if (model) walk(finder, object, model, []);
}

function modelOf(apiVersion: string | undefined, kind: string): string | undefined {
  const known = knownKind(kind);
  const version = apiVersion ?? (known && [known.group, known.version].filter(Boolean).join('/'));
  return version ? resourceByKind(version, kind)?.model : undefined;
}

/** `type` as in simulator/schema/client-models: `[]` a list, `{}` a map, a model, or a scalar. */
function walk(finder: ProblemFinder, value: unknown, type: string, path: Path): void {
  if (value === null || value === undefined) return;
  if (type.startsWith('[]')) {
    if (Array.isArray(value))
      for (const [i, item] of value.entries()) walk(finder, item, type.slice(2), [...path, i]);
    else finder.add(path, `expected a list, found ${finder.found(path)}`);
    return;
  }
  const fields = modelFields(type);
  if (!type.startsWith('{}') && !fields) return;
  if (!isMap(value)) {
    finder.add(path, `expected a map, found ${finder.found(path)}`);
    return;
  }
  for (const [key, inner] of Object.entries(value)) {
    const at = [...path, key];
    const of = fields ? fields[key] : type.slice(2);
    if (of) walk(finder, inner, of.replace(/!$/, ''), at);
    else
      finder.add(
        at,
        `Kubernetes has no such field in ${nameOf(type)}${whatThereIs(key, Object.keys(fields ?? {}))}`,
      );
  }
  if (type === 'V1PodCondition') lintWord(finder, value.type, podConditions, [...path, 'type']);
  if (type === 'V1PodStatus') lintWord(finder, value.phase, podPhases, [...path, 'phase']);
}

const podConditions = [
  'Ready',
  'ContainersReady',
  'Initialized',
  'PodScheduled',
  'PodReadyToStartContainers',
  'DisruptionTarget',
];
const podPhases = ['Pending', 'Running', 'Succeeded', 'Failed', 'Unknown'];

/** Others are allowed (readiness gates), so only what looks like a slip is one. */
function lintWord(finder: ProblemFinder, word: unknown, known: readonly string[], path: Path): void {
  if (typeof word !== 'string' || known.includes(word)) return;
  const end = whatThereIs(word, known);
  if (end.startsWith(':'))
    finder.add(path, `expected a word of Kubernetes, found ${finder.found(path)}${end}`);
}

/** `V1PodSpec` reads `PodSpec`. */
const nameOf = (model: string) => model.replace(/^(Core)?V\d+((alpha|beta)\d+)?/, '');

function isMap(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
