import { applyPatch, type Operation } from 'rfc6902';
import { ApiError } from '../errors';
import { badRequest } from '../refusals';

/** RFC 6902. Throws 400 for what is no patch, 422 when an operation does not fit the object. */
export function jsonPatch(target: unknown, patch: unknown): unknown {
  if (!Array.isArray(patch)) {
    throw badRequest(
      'error decoding patch: json: cannot unmarshal object into Go value of type jsonpatch.Patch',
    );
  }
  if (patch.length > 10_000) {
    throw new ApiError(
      413,
      'RequestEntityTooLarge',
      `Request entity too large: The allowed maximum operations in a JSON patch is 10000, got ${patch.length}`,
    );
  }
  const result = structuredClone(target);
  for (const operation of patch as Operation[]) {
    const [error] = applyPatch(result, [operation]);
    if (error) throw refuse();
  }
  return result;
}

/** The API server does not say what did not fit (handlers/patch.go, NewGenericServerResponse). */
function refuse(): ApiError {
  return new ApiError(422, 'Invalid', 'the server rejected our request due to an error in our request');
}
