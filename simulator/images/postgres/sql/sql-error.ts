/** A refusal of a statement, with its SQLSTATE. */
export class SqlError extends Error {
  override readonly name = 'SqlError';
  constructor(
    readonly code: string,
    message: string,
    readonly more: { detail?: string; hint?: string; position?: number } = {},
  ) {
    super(message);
  }
}

/** What PostgreSQL has and this server has not (feature_not_supported). */
export function notSimulated(what: string): SqlError {
  return new SqlError(
    '0A000',
    `The embedded cluster does not simulate ${what}; use a kind cluster for that.`,
  );
}
