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
    if (error) throw refuse(operation, error.name);
  }
  return result;
}

/** In the words of evanphx/json-patch, which kubectl users know. */
function refuse(operation: Operation, problem: string): ApiError {
  const { op, path } = operation;
  const text =
    problem === 'TestError'
      ? `testing value ${path} failed: test failed`
      : op === 'remove'
        ? `remove operation does not apply: doc is missing path: "${path}": missing value`
        : op === 'replace'
          ? `replace operation does not apply: doc is missing key: ${path}: missing value`
          : op === 'add'
            ? `add operation does not apply: doc is missing path: "${path}": missing value`
            : op === 'test'
              ? `testing path ${path}: missing value`
              : op === 'move' || op === 'copy'
                ? `${op} operation does not apply: doc is missing ${op} path: ${path}: missing value`
                : `Unexpected kind: ${String(op)}`;
  return new ApiError(422, 'Invalid', 'the server rejected our request due to an error in our request', {
    causes: [{ reason: 'UnexpectedServerResponse', message: text }],
  });
}
