/** `details` of a Kubernetes `Status` (meta/v1 StatusDetails). */
export interface StatusDetails {
  name?: string;
  group?: string;
  kind?: string;
  uid?: string;
  causes?: { reason: string; message: string; field?: string }[];
  retryAfterSeconds?: number;
}

/** A refusal in Kubernetes' own form: it becomes a `Status` body on the wire (meta/v1 Status). */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  constructor(
    /** HTTP status code. */
    readonly code: number,
    /** meta/v1 StatusReason, such as NotFound, AlreadyExists, Conflict, Invalid, Forbidden, BadRequest. */
    readonly reason: string,
    message: string,
    readonly details: StatusDetails = {},
    /** meta/v1 ListMeta of the Status. */
    readonly metadata: { continue?: string } = {},
  ) {
    super(message);
  }
}
