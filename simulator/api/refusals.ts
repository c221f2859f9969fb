import { groupResource, type ResourceDefinition } from '../schema/resources';
import { ApiError, type StatusDetails } from './errors';
import type { FieldError } from './extension-points';

/** What a refusal is about: of a ResourceDefinition these are enough. */
type Resource = Pick<ResourceDefinition, 'group' | 'plural' | 'kind'>;

/** The refusals of apimachinery's api/errors package, in its words. */
export function notFound(resource: Resource, name: string): ApiError {
  return new ApiError(
    404,
    'NotFound',
    `${groupResource(resource)} "${name}" not found`,
    about(resource, name),
  );
}

export function alreadyExists(resource: Resource, name: string): ApiError {
  return new ApiError(
    409,
    'AlreadyExists',
    `${groupResource(resource)} "${name}" already exists`,
    about(resource, name),
  );
}

export function conflict(resource: Resource, name: string, message: string): ApiError {
  return new ApiError(
    409,
    'Conflict',
    `Operation cannot be fulfilled on ${groupResource(resource)} "${name}": ${message}`,
    about(resource, name),
  );
}

export function modified(resource: Resource, name: string): ApiError {
  return conflict(
    resource,
    name,
    'the object has been modified; please apply your changes to the latest version and try again',
  );
}

export function forbidden(resource: Resource, name: string, message: string): ApiError {
  return new ApiError(
    403,
    'Forbidden',
    `${groupResource(resource)} ${name ? `"${name}" ` : ''}is forbidden: ${message}`,
    about(resource, name),
  );
}

export function invalid(
  resource: Pick<ResourceDefinition, 'group' | 'kind'>,
  name: string,
  errors: readonly FieldError[],
): ApiError {
  const texts = [...new Set(errors.map((error) => `${error.field}: ${error.message}`))];
  const kind = resource.group ? `${resource.kind}.${resource.group}` : resource.kind;
  return new ApiError(
    422,
    'Invalid',
    `${kind} "${name}" is invalid: ${texts.length === 1 ? texts[0] : `[${texts.join(', ')}]`}`,
    {
      ...(name ? { name } : {}),
      ...(resource.group ? { group: resource.group } : {}),
      kind: resource.kind,
      causes: errors.map(({ reason, message, field }) => ({ reason, message, field })),
    },
  );
}

export function badRequest(message: string): ApiError {
  return new ApiError(400, 'BadRequest', message);
}

function about(resource: Pick<ResourceDefinition, 'group' | 'plural'>, name: string): StatusDetails {
  return {
    ...(name ? { name } : {}),
    ...(resource.group ? { group: resource.group } : {}),
    kind: resource.plural,
  };
}

/** The meta/v1 Status body of a refusal. */
export function statusBody(error: ApiError): Record<string, unknown> {
  return {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: error.metadata,
    status: 'Failure',
    message: error.message,
    ...(error.reason ? { reason: error.reason } : {}),
    ...(Object.keys(error.details).length ? { details: error.details } : {}),
    code: error.code,
  };
}
