import type { ResourceDefinition } from '../../schema/resources';
import type { KubeObject } from '../../schema/types';
import { fromStored } from '../conversion';
import type { RenderTable } from '../extension-points';
import type { Form } from './negotiation';

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
          kind: `${this.resource.kind}List`,
          apiVersion: this.resource.apiVersion,
          metadata,
          items: objects.map((object) => withoutType(fromStored(this.resource, object))),
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

  /** Whether `object()` is the stored object itself, whose bytes watchers may share. */
  get isPlain(): boolean {
    return this.form === 'object' && !this.resource.convertedFrom;
  }

  /** Whether the client asked for columns and rows. */
  get isTable(): boolean {
    return this.form === 'table';
  }

  private table(objects: readonly KubeObject[], metadata: ListMetadata): unknown {
    const { columnDefinitions, rows } = this.renderTable(this.resource.name, objects, this.now());
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

function partial(object: KubeObject): unknown {
  return { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata: object.metadata };
}

/** Items of a list do not repeat their kind. */
function withoutType(object: KubeObject): unknown {
  const { apiVersion: _apiVersion, kind: _kind, ...rest } = object;
  return rest;
}
