import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { ResourceDefinition } from '../schema/resources';
import type { KubeObject } from '../schema/types';
import type { Client } from './client';

/**
 * What a write passes through, in this order (k8s.io/apiserver, registry/rest):
 *
 *   decode → applyDefaults → admit(mutating) → applyDefaults → validateCreate | validateUpdate → admit(validating) → store
 *
 * Each step is one function, exported by the index of its folder: ./defaults, ./admission, ./validation, ./tables,
 * ./protobuf, ./streams.
 */
export interface Extensions {
  applyDefaults: ApplyDefaults;
  admit: Admit;
  validateCreate: ValidateCreate;
  validateUpdate: ValidateUpdate;
  renderTable: RenderTable;
  decodeProtobuf: DecodeProtobuf;
}

/** Fills in what Kubernetes fills in, in place: the object is this request's own copy. */
export type ApplyDefaults = (resource: ResourceDefinition, object: KubeObject) => void;

/** Everything wrong with a new object; [] when it is fine. Metadata (names, labels, annotations) included. */
export type ValidateCreate = (resource: ResourceDefinition, object: KubeObject) => FieldError[];

/** Everything wrong with a change; `subresource` is '' or such as 'status'. */
export type ValidateUpdate = (
  resource: ResourceDefinition,
  object: KubeObject,
  old: KubeObject,
  subresource: string,
) => FieldError[];

/**
 * An error of one field (apimachinery, util/validation/field). `message` is the body without the path, as
 * `Invalid value: "x": must be no more than 63 characters`; a Status lists it as a cause.
 */
export interface FieldError {
  reason:
    | 'FieldValueRequired'
    | 'FieldValueInvalid'
    | 'FieldValueNotSupported'
    | 'FieldValueForbidden'
    | 'FieldValueDuplicate'
    | 'FieldValueNotFound'
    | 'FieldValueTooLong'
    | 'FieldValueTooMany'
    | 'FieldValueTypeInvalid'
    | 'InternalError';
  /** `spec.containers[0].image`. */
  field: string;
  message: string;
}

export interface User {
  name: string;
  groups: string[];
  uid?: string;
  extra?: Record<string, string[]>;
}

export interface AdmissionRequest {
  /** Mutating admission may change `object` in place; validating admission may only throw. */
  phase: 'mutating' | 'validating';
  operation: 'CREATE' | 'UPDATE' | 'DELETE' | 'CONNECT';
  resource: ResourceDefinition;
  /** '' for the object itself, else such as 'ephemeralcontainers', 'binding', 'eviction', 'exec'. */
  subresource: string;
  /** '' for cluster-scoped resources. */
  namespace: string;
  /** '' when a create leaves the name to the server. */
  name: string;
  /** The new object (CREATE, UPDATE). */
  object?: KubeObject;
  /** The stored object (UPDATE, DELETE): shared, not to be changed. */
  oldObject?: KubeObject;
  user: User;
  dryRun: boolean;
  /** Milliseconds since the epoch. */
  now: number;
  /** Shown to the client as `Warning:` headers. */
  warn(message: string): void;
}

/** Admission plugins, in order. Throws ApiError to refuse. `client` reads the same cluster. */
export type Admit = (request: AdmissionRequest, client: Client) => void;

/** meta/v1 TableColumnDefinition. `priority` 0 is always shown, 1 with `-o wide`. */
export interface TableColumn {
  name: string;
  type: string;
  format: string;
  description: string;
  priority: number;
}

/** Rows stand in the order of the objects given. */
export interface Table {
  columnDefinitions: TableColumn[];
  rows: {
    cells: unknown[];
    conditions?: { type: string; status: string; reason: string; message: string }[];
  }[];
}

export type RenderTable = (
  resource: ResourceDefinition,
  objects: readonly KubeObject[],
  now: number,
) => Table;

/** The object in a `application/vnd.kubernetes.protobuf` body. Throws ApiError 400 or 415. */
export type DecodeProtobuf = (contentType: string, bytes: Uint8Array) => unknown;

/** A request that is a stream or goes to a running container: authorised already, the object not looked up. */
export interface StreamRequest {
  resource: 'pods' | 'services' | 'nodes';
  namespace: string;
  name: string;
  subresource: 'exec' | 'attach' | 'portforward' | 'log' | 'proxy';
  /** What follows `/proxy`, with its leading slash; '' elsewhere. */
  path: string;
  query: URLSearchParams;
  user: User;
}

/**
 * Serves a stream. With an upgrade request `response` is the raw socket and `head` its first bytes; else an
 * ordinary response. An ApiError that it throws, or rejects with, before anything was written becomes a Status.
 */
export type StreamHandler = (
  request: StreamRequest,
  message: IncomingMessage,
  response: ServerResponse | Duplex,
  head: Buffer,
) => void | Promise<void>;
