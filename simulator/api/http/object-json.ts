import type { Clock } from '../../clock/clock';
import type { KubeObject } from '../../schema/types';

/** Half of what is kept at most: the elder half goes when the younger one is full. */
const GENERATION_BYTES = 4 * 1024 * 1024;
/** Kept while it is used: an idle cluster holds nothing twice. */
const KEPT_MS = 10_000;

/**
 * The JSON of stored objects, written once for all that list and watch them: they are frozen, a change is another object.
 * The watch cache of the API server does the same (cachingObject).
 */
export class ObjectJson {
  private young = new Map<object, Buffer>();
  private old = new Map<object, Buffer>();
  private youngBytes = 0;
  private used = false;
  private waiting = false;
  private readonly turn = new Map<object, Map<string, Buffer>>();

  constructor(private readonly clock: Pick<Clock, 'after'>) {}

  /** As an item of a list, which does not repeat its kind. */
  item(object: KubeObject): Buffer {
    return this.kept(object, () => {
      const { apiVersion: _apiVersion, kind: _kind, ...rest } = object;
      return rest;
    });
  }

  /** The object with its kind, in two parts. */
  whole(object: KubeObject): [Buffer, Buffer] {
    const { kind, apiVersion } = object;
    const type = JSON.stringify({ kind, apiVersion });
    return [Buffer.from(`${type.slice(0, -1)},`), this.item(object).subarray(1)];
  }

  /** PartialObjectMetadata. */
  metadata(object: KubeObject): Buffer {
    return this.kept(object.metadata, () => ({
      kind: 'PartialObjectMetadata',
      apiVersion: 'meta.k8s.io/v1',
      metadata: object.metadata,
    }));
  }

  /** What `make` writes of an object in one `form`, once for all that want it in the same turn. */
  once(object: KubeObject, form: string, make: () => unknown): Buffer {
    let forms = this.turn.get(object);
    if (!forms) {
      if (this.turn.size === 0) setImmediate(() => this.turn.clear());
      forms = new Map();
      this.turn.set(object, forms);
    }
    let bytes = forms.get(form);
    if (!bytes) {
      bytes = Buffer.from(JSON.stringify(make()));
      forms.set(form, bytes);
    }
    return bytes;
  }

  private kept(key: object, make: () => unknown): Buffer {
    this.used = true;
    const known = this.young.get(key);
    if (known) return known;
    const bytes = this.old.get(key) ?? Buffer.from(JSON.stringify(make()));
    if (this.youngBytes + bytes.length > GENERATION_BYTES) {
      this.old = this.young;
      this.young = new Map();
      this.youngBytes = 0;
    }
    this.young.set(key, bytes);
    this.youngBytes += bytes.length;
    this.forgetLater();
    return bytes;
  }

  private forgetLater(): void {
    if (this.waiting) return;
    this.waiting = true;
    this.used = false;
    this.clock.after(KEPT_MS, () => {
      this.waiting = false;
      if (this.used) return this.forgetLater();
      this.young = new Map();
      this.old = new Map();
      this.youngBytes = 0;
    });
  }
}
