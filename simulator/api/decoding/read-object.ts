import type { CustomType } from '../../schema/custom-type';
import { RESOURCES } from '../../schema/resources';
import type { KubeObject } from '../../schema/types';
import { decodeCustom } from '../custom/structural';
import { ApiError } from '../errors';
import { isObject } from '../patch/merge-patch';
import { badRequest, invalid } from '../refusals';
import { invalid as invalidField } from '../validation/field-error';
import { type Decoded, DecodeProblem, type FieldValidation, typedDecode } from './typed-decode';

export interface WantedKind {
  apiVersion: string;
  kind: string;
  model: string;
  custom?: CustomType;
}

/**
 * The object in a decoded body, checked to be of the wanted kind and cut to the fields that it has. Unknown fields, and the
 * `duplicates` found in the body's text, are refused, told through `warn`, or dropped, as `validation` says. Throws 400 BadRequest
 * in the API server's words.
 */
export function readObject(
  value: unknown,
  wanted: WantedKind,
  validation: FieldValidation,
  warn: (text: string) => void,
  duplicates: readonly string[] = [],
): KubeObject {
  checkKind(value, wanted);
  const { value: decoded, unknown } = decode(value, wanted);
  // A YAML text is checked as a whole before its fields are.
  const [early, late] = duplicates[0]?.startsWith('yaml:') ? [duplicates, []] : [[], duplicates];
  const problems = [...early, ...unknown, ...late];
  if (problems.length && validation === 'Strict') {
    throw badRequest(`${cannotHandle(wanted)}: strict decoding error: ${problems.join(', ')}`);
  }
  if (validation === 'Warn') for (const text of problems) warn(text);
  return complete(decoded, wanted);
}

/** What is told of a patch that leads to no object. */
export interface PatchText {
  strategic: boolean;
  /** The patch; of a JSON or merge patch what it leads to. */
  text: () => string;
}

/** The same for the result of a patch on `target`, which is refused with 422 naming the patch. */
export function readPatched(
  value: unknown,
  target: unknown,
  wanted: WantedKind,
  validation: FieldValidation,
  warn: (text: string) => void,
  patch: PatchText,
  duplicates: readonly string[] = [],
): KubeObject {
  checkKind(value, wanted);
  const { value: decoded, unknown: all } = told(
    () => read(value, wanted),
    (problem) => refusedPatch(patch, patch.strategic ? problem.converted : problem.message),
  );
  // What a component of the cluster has put there is not the patch's doing.
  const known = all.length ? decode(target, wanted).unknown : [];
  const unknown = [...duplicates, ...all.filter((text) => !known.includes(text))];
  if (unknown.length && validation === 'Strict')
    throw refusedPatch(patch, `strict decoding error: ${unknown.join(', ')}`);
  if (validation === 'Warn') for (const text of unknown) warn(text);
  return complete(decoded, wanted);
}

function refusedPatch({ text }: PatchText, problem: string): ApiError {
  const message = `Invalid value: ${JSON.stringify(text())}: ${problem}`;
  return new ApiError(422, 'Invalid', ` "" is invalid: patch: ${message}`, {
    causes: [{ reason: 'FieldValueInvalid', field: 'patch', message }],
  });
}

function decode(value: unknown, wanted: WantedKind): Decoded {
  return told(
    () => read(value, wanted),
    (problem) => badRequest(`${cannotHandle(wanted)}: ${problem.message}`),
  );
}

function read(value: unknown, { custom, model }: WantedKind): Decoded {
  return custom ? decodeCustom(custom.schema, value as Record<string, unknown>) : typedDecode(model, value);
}

function told(run: () => Decoded, refusal: (problem: DecodeProblem) => ApiError): Decoded {
  try {
    return run();
  } catch (error) {
    throw error instanceof DecodeProblem ? refusal(error) : error;
  }
}

function complete(decoded: Record<string, unknown>, wanted: WantedKind): KubeObject {
  const { kind: _kind, apiVersion: _apiVersion, metadata = {}, ...rest } = decoded;
  // In the order in which Go writes them, for those who read the bytes.
  return { kind: wanted.kind, apiVersion: wanted.apiVersion, metadata, ...rest } as KubeObject;
}

function cannotHandle({ apiVersion, kind }: WantedKind): string {
  return `${kind} in version "${versionOf(apiVersion)}" cannot be handled as a ${kind}`;
}

function checkKind(value: unknown, wanted: WantedKind): asserts value is Record<string, unknown> {
  if (!isObject(value)) {
    throw badRequest(
      'couldn\'t get version/kind; json parse error: json: cannot unmarshal into Go value of type struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" }',
    );
  }
  const apiVersion = value['apiVersion'] || wanted.apiVersion;
  const kind = value['kind'] || wanted.kind;
  if (kind !== wanted.kind) {
    if (wanted.custom) throw anotherKind(value, String(kind), wanted);
    throw badRequest(
      `${String(kind)} in version "${versionOf(String(apiVersion))}" cannot be handled as a ${wanted.kind}: ${strangeKind(String(apiVersion), String(kind), wanted)}`,
    );
  }
  if (apiVersion !== wanted.apiVersion) {
    throw badRequest(
      `the API version in the data (${String(apiVersion)}) does not match the expected API version (${wanted.apiVersion})`,
    );
  }
}

/** Custom resources are not read into a type: their kind is looked at with their fields. */
function anotherKind(value: Record<string, unknown>, kind: string, { apiVersion, kind: wanted }: WantedKind) {
  const [group = ''] = apiVersion.split('/');
  const { name } = (value['metadata'] ?? {}) as { name?: unknown };
  return invalid({ group, kind: wanted }, String(name ?? ''), [
    invalidField('kind', kind, `must be ${wanted}`),
  ]);
}

/** A kind of which there are no objects (`pod`), or whose objects are something else. */
function strangeKind(apiVersion: string, kind: string, wanted: WantedKind): string {
  if (!RESOURCES.some((each) => each.apiVersion === apiVersion && each.kind === kind))
    return `no kind "${kind}" is registered for version "${apiVersion}" in scheme "k8s.io/kubernetes/pkg/api/legacyscheme/scheme.go:30"`;
  const [group = ''] = wanted.apiVersion.includes('/') ? wanted.apiVersion.split(/[./]/) : ['core'];
  return `converting (${versionOf(apiVersion)}.${kind}) to (${group}.${wanted.kind}): unknown conversion`;
}

function versionOf(apiVersion: string): string {
  return apiVersion.split('/').at(-1) ?? '';
}
