import type { KubeObject, ResourceName } from '../../schema/types';

/** Who sends a request, as authentication/v1 UserInfo. */
export interface RequestUser {
  /** `admin`, `system:serviceaccount:<namespace>:<name>`, `system:node:<name>`… */
  name: string;
  uid?: string;
  groups: string[];
  /** What the authenticator knows beside: the Pod that a token is bound to, and the like. */
  extra?: Record<string, string[]>;
}

/** What an admission plugin sees of a write, after admission/v1 AdmissionRequest. */
export interface AdmissionRequest {
  operation: 'CREATE' | 'UPDATE' | 'DELETE' | 'CONNECT';
  resource: ResourceName;
  /** '' for the object itself, else `status`, `scale`, `binding`, `eviction`, `ephemeralcontainers`, `exec`, `token`… */
  subresource: string;
  /** '' for cluster-scoped resources. */
  namespace: string;
  /** '' while `generateName` has not been turned into a name. */
  name: string;
  /**
   * The request's own copy of what is to be stored, or of the subresource's body (Binding, Eviction): plugins change it in
   * place. Undefined for DELETE and CONNECT.
   */
  object?: KubeObject;
  /** What is stored now, for UPDATE and DELETE. Shared: must not be changed. */
  oldObject?: KubeObject;
  user: RequestUser;
  /** With `dryRun`, plugins leave no trace outside of `object` (a quota's use, an allocated address). */
  dryRun: boolean;
  /** meta/v1 CreateOptions, UpdateOptions or DeleteOptions as sent. */
  options: Record<string, unknown>;
  /** Texts for `Warning:` response headers; plugins push to it. */
  warnings: string[];
}
