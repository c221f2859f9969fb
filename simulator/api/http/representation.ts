import type { ResourceDefinition } from '../../schema/resources';
import type { KubeObject } from '../../schema/types';
import { fromStored } from '../conversion';
import { customTable } from '../custom/table';
import type { RenderTable } from '../extension-points';
import type { Form } from './negotiation';
import type { ObjectJson } from './object-json';

export interface ListMetadata {
  resourceVersion: string;
  continue?: string;
  remainingItemCount?: number;
}

/** What a client is given for a stored object or a list, in the version and form that it wants. */
export class Representation {
  constructor(
    private readonly resource: ResourceDefinition,
    private readonly form: Form,
    /** `includeObject` of a Table request: None, Metadata (default) or Object. */
    private readonly includeObject: string,
    private readonly renderTable: RenderTable,
    private readonly now: () => number,
  ) {}

  object(object: KubeObject): unknown {
    switch (this.form) {
      case 'object':
        return fromStored(this.resource, object);
      case 'metadata':
        return partial(object);
      case 'table':
        return this.table([object], { resourceVersion: object.metadata.resourceVersion ?? '' });
    }
  }

  list(objects: readonly KubeObject[], metadata: ListMetadata): unknown {
    switch (this.form) {
      case 'object':
        return {
          kind: this.resource.custom?.listKind ?? `${this.resource.kind}List`,
          apiVersion: this.resource.apiVersion,
          metadata,
          items: objects.map((object) => this.item(fromStored(this.resource, object))),
        };
      case 'metadata':
        return {
          kind: 'PartialObjectMetadataList',
          apiVersion: 'meta.k8s.io/v1',
          metadata,
          items: objects.map(partial),
        };
      case 'table':
        return this.table(objects, metadata);
    }
  }

  /** The object of a watch event: of Tables, only the first names the columns. */
  event(object: KubeObject, first: boolean): unknown {
    const rendered = this.object(object);
    if (this.form === 'table' && !first) {
      return { ...(rendered as Record<string, unknown>), columnDefinitions: null };
    }
    return rendered;
  }

  /** The bytes of `list()`, with a line feed as the API server ends every object. */
  listBytes(objects: readonly KubeObject[], metadata: ListMetadata, json: ObjectJson): Buffer {
    switch (this.form) {
      case 'object':
        if (!this.isPlain) break;
        return listBytes(
          this.list([], metadata),
          'items',
          objects.map((object) => [json.item(object)]),
        );
      case 'metadata':
        return listBytes(
          this.list([], metadata),
          'items',
          objects.map((object) => [json.metadata(object)]),
        );
      case 'table': {
        if (this.includeObject !== 'Metadata') break;
        const { name, custom } = this.resource;
        const { columnDefinitions, rows } = custom
          ? customTable(custom, objects, this.now())
          : this.renderTable(name, objects, this.now());
        const head = { kind: 'Table', apiVersion: 'meta.k8s.io/v1', metadata, columnDefinitions };
        const cells = rows.map((row) => Buffer.from(`${JSON.stringify(row).slice(0, -1)},"object":`));
        return listBytes(
          head,
          'rows',
          objects.map((object, index) => [cells[index] ?? close, json.metadata(object), close]),
        );
      }
    }
    return Buffer.from(`${JSON.stringify(this.list(objects, metadata))}\n`);
  }

  /** The bytes of `event()`, shared by all watchers that get the same. */
  eventBytes(object: KubeObject, first: boolean, json: ObjectJson): Buffer[] {
    if (this.isPlain) return json.whole(object);
    const form = `${this.form} ${this.resource.apiVersion} ${this.includeObject} ${first && this.form === 'table'}`;
    return [json.once(object, form, () => this.event(object, first))];
  }

  /** Whether `object()` is the stored object itself, whose bytes watchers may share. */
  get isPlain(): boolean {
    return this.form === 'object' && !this.resource.convertedFrom && !this.resource.custom;
  }

  /** Whether the client asked for columns and rows. */
  get isTable(): boolean {
    return this.form === 'table';
  }

  /** Items of a list do not repeat their kind, but those that are of no Go type. */
  private item(object: KubeObject): unknown {
    return this.resource.custom ? object : withoutType(object);
  }

  private table(objects: readonly KubeObject[], metadata: ListMetadata): unknown {
    const { name, custom } = this.resource;
    const { columnDefinitions, rows } = custom
      ? customTable(custom, objects, this.now())
      : this.renderTable(name, objects, this.now());
    return {
      kind: 'Table',
      apiVersion: 'meta.k8s.io/v1',
      metadata,
      columnDefinitions,
      rows: rows.map((row, index) => ({ ...row, ...this.rowObject(objects[index]) })),
    };
  }

  private rowObject(object: KubeObject | undefined): { object?: unknown } {
    if (!object || this.includeObject === 'None') return {};
    return { object: this.includeObject === 'Object' ? fromStored(this.resource, object) : partial(object) };
  }
}

const comma = Buffer.from(',');
const close = Buffer.from('}');

/** A list with its members put in last. */
function listBytes(list: unknown, field: 'items' | 'rows', members: readonly Buffer[][]): Buffer {
  const { [field]: _none, ...head } = list as Record<string, unknown>;
  const parts: Buffer[] = [Buffer.from(`${JSON.stringify(head).slice(0, -1)},"${field}":[`)];
  for (const [index, member] of members.entries()) {
    if (index > 0) parts.push(comma);
    parts.push(...member);
  }
  parts.push(Buffer.from(']}\n'));
  return Buffer.concat(parts);
}

function partial(object: KubeObject): unknown {
  return { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata: object.metadata };
}

function withoutType(object: KubeObject): unknown {
  const { apiVersion: _apiVersion, kind: _kind, ...rest } = object;
  return rest;
}
