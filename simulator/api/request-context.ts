import type { RequestUser } from './admission/request';

/** Who asks for a write, and how: what every step of the pipeline may look at. */
export interface RequestContext {
  user: RequestUser;
  dryRun: boolean;
  /** metadata.managedFields[].manager. */
  fieldManager: string;
  /** Texts for `Warning:` headers. */
  warnings: string[];
  /** A component of the cluster itself, in this process. */
  internal: boolean;
  /** Server-side apply: ownership of fields has been recorded already. */
  applying?: boolean;
  /** meta/v1 CreateOptions, UpdateOptions or DeleteOptions as sent. */
  options: Record<string, unknown>;
}
