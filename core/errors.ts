/**
 * A failure that a person will read: a code for programs, a sentence, and what to do about it. The HTTP layer maps
 * it once (`status`). Told apart by `isPodlabError`, not `instanceof`: the server and Next's bundles each have their
 * own copy of this class.
 */
export class PodlabError extends Error {
  override readonly name = 'PodlabError';
  readonly podlab = true;
  constructor(
    /** kebab-case, stable: `cluster-unavailable`, `session-not-found`… */
    readonly code: string,
    message: string,
    /** One sentence in the imperative; '' when there is nothing to do. */
    readonly remedy = '',
    /** HTTP status that fits. */
    readonly status = 500,
    options?: { cause?: unknown },
  ) {
    super(message, options);
  }
}

export function isPodlabError(error: unknown): error is PodlabError {
  return error instanceof Error && 'podlab' in error && error.podlab === true;
}

/** The one JSON form of an error: body of every failed request and of every `error` event. */
export interface ErrorBody {
  error: { code: string; message: string; remedy: string };
}

export function errorBody(error: unknown): ErrorBody {
  if (isPodlabError(error))
    return { error: { code: error.code, message: error.message, remedy: error.remedy } };
  return {
    error: {
      code: 'internal',
      message: 'Something went wrong inside Podlab.',
      remedy: 'Try again; if it happens again, look at the server log.',
    },
  };
}
