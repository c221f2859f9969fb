import { ApiError } from '../errors';

/** The form in which a client wants objects (meta/v1 content negotiation, `as=`). */
export type Form = 'object' | 'table' | 'metadata';

/** The first form of an Accept header that is served; JSON always is. */
export function negotiateForm(accept: string | undefined): Form {
  for (const range of (accept ?? '').split(',')) {
    const [type = '', ...parameters] = range.split(';').map((part) => part.trim());
    if (type !== 'application/json' && type !== '*/*' && type !== 'application/*') continue;
    const as = parameters.find((parameter) => parameter.startsWith('as='))?.slice(3);
    const version = parameters.find((parameter) => parameter.startsWith('v='))?.slice(2);
    if (as === undefined) return 'object';
    if (as === 'Table' && version === 'v1') return 'table';
    if (/^PartialObjectMetadata(List)?$/.test(as) && version === 'v1') return 'metadata';
  }
  return 'object';
}

/** Whether an Accept header takes the object itself, rather than only a Table or the metadata of one. */
export function acceptsObject(accept: string | undefined): boolean {
  return !accept || accept.split(',').some((range) => !/;\s*as=/.test(range));
}

const SERVED = ['application/json', 'application/yaml'];

/** Whether a client names YAML before JSON. */
export function prefersYaml(accept: string | undefined): boolean {
  return servedType(accept) === 'application/yaml';
}

/** Throws 406 for a client that takes neither JSON nor YAML: nothing is written in protobuf. */
export function checkAcceptable(accept: string | undefined): void {
  if (servedType(accept)) return;
  const types = SERVED.join(', ');
  throw new ApiError(406, 'NotAcceptable', `only the following media types are accepted: ${types}`);
}

/** The first type of an Accept header that is served; undefined when none is. */
function servedType(accept: string | undefined): string | undefined {
  if (!accept) return 'application/json';
  for (const range of accept.split(',')) {
    const type = range.split(';')[0]?.trim().toLowerCase() ?? '';
    if (type === '*/*' || type === 'application/*') return 'application/json';
    if (SERVED.includes(type)) return type;
  }
  return undefined;
}
