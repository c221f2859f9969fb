/** The text of the PostgreSQL schema, made from that of the SQLite one. */
export function derivePostgresql(sqlite: string): string;
