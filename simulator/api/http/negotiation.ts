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
