import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { KubeObject, ResourceName } from '../schema/types';
import type { AdmissionRequest, RequestUser } from './admission/request';
import type { Client } from './client';

/**
 * What a write passes through, in this order (k8s.io/apiserver, registry/rest):
 *
 *   decode → applyDefaults → admit → applyDefaults → validateCreate | validateUpdate → review → store
 *
 * Each step is one function, exported by the index of its folder: ./defaults, ./admission, ./validation, ./tables,
 * ./protobuf, ./streams.
 */
export interface Extensions {
  applyDefaults: ApplyDefaults;
  admit: Admit;
  /** Admission plugins that only look, once the object is known to be valid: limits, Pod Security, quotas. */
  review: Admit;
  validateCreate: ValidateCreate;
  validateUpdate: ValidateUpdate;
  renderTable: RenderTable;
  decodeProtobuf: DecodeProtobuf;
}

/** Fills in what Kubernetes fills in, in place: the object is this request's own copy. */
export type ApplyDefaults = (resource: ResourceName, object: KubeObject) => void;

/** Everything wrong with a new object; [] when it is fine. Metadata (names, labels, annotations) included. */
export type ValidateCreate = (resource: ResourceName, object: KubeObject) => FieldError[];

/** Everything wrong with a change; `subresource` is '' or such as 'status'. */
export type ValidateUpdate = (
  resource: ResourceName,
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

/**
 * Admission plugins, in order; throws ApiError to refuse. `admit` may change the object, after the first defaulting;
 * `review` only looks, once the object is valid. `client` reads the same cluster.
 */
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

export type RenderTable = (resource: ResourceName, objects: readonly KubeObject[], now: number) => Table;

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
  user: RequestUser;
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
