import { type KindInfo, knownKind, splitApiVersion } from '../clusters/kinds';
import type { KubeApi, KubeObject, ResourceRef } from '../clusters/kube-api';
import { isNewer, type Listable, snapshot } from './snapshot';
import { plural } from './target';

/** A kind as checks name it. */
export interface KindName {
  kind: string;
  apiVersion?: string;
}

/** What the cluster holds at one moment: the kinds that the lab's checks read, in the session's namespace. */
export interface Picture {
  readonly namespace: string;
  /** Throws NotReadable when Podlab could not find out. */
  objects(kind: KindName): readonly KubeObject[];
  /** Milliseconds since the grader last saw this object change (its own clock); 0 for what it sees for the first time. */
  ageOf(object: KubeObject): number;
}

/** Podlab could not read a kind: nobody's answer is wrong because of it. */
export class NotReadable extends Error {
  override readonly name = 'NotReadable';
  constructor(kind: string, cause: unknown) {
    super(
      `Podlab could not read the ${plural(kind)} of this lab: ${cause instanceof Error ? cause.message : cause}`,
      {
        cause,
      },
    );
  }
}

export type ChangeHandler = (type: 'ADDED' | 'MODIFIED' | 'DELETED', object: KubeObject) => void;

interface Resource extends Listable {
  name: KindName;
  ref?: ResourceRef;
  objects: Map<string, KubeObject>;
  /** By a clock that nobody sets (performance.now). */
  seenAt: Map<string, number>;
  error?: Error;
  listed: boolean;
  failures: number;
  stop?: () => void;
  timer?: NodeJS.Timeout;
}

export const keyOf = ({ kind, apiVersion }: KindName) => (apiVersion ? `${apiVersion}/${kind}` : kind);

const listLimitMs = 30_000;

/** What may be kept in another etcd than Pods are, and so is not asked first for the version of a picture. */
const isElsewhere = ({ kind, apiVersion }: KindName) => kind === 'Event' || !knownKind(kind, apiVersion);

/**
 * Lists and watches the given kinds for as long as it is open: lists again when a watch has become too old (410), backs
 * off on errors, and says `NotReadable` rather than showing what may be out of date.
 */
export class ClusterView {
  readonly #resources = new Map<string, Resource>();
  readonly #abort = new AbortController();

  constructor(
    private readonly api: KubeApi,
    private readonly namespace: string,
    kinds: readonly KindName[],
    /** Every change, in the order of its kind's watch. */
    private readonly onChange: ChangeHandler,
    /** All kinds have answered for the first time, or one has become readable or stopped to be. */
    private readonly onReadable: () => void,
  ) {
    for (const name of [...kinds].sort((a, b) => Number(isElsewhere(a)) - Number(isElsewhere(b)))) {
      const resource: Resource = {
        name,
        objects: new Map(),
        seenAt: new Map(),
        listed: false,
        failures: 0,
        seen: '',
        apart: false,
        list: async (signal, at) => this.api.list(await this.#refOf(resource), signal, at),
      };
      this.#resources.set(keyOf(name), resource);
    }
  }

  /** Every kind has answered, or has been given up for now. */
  get answered(): boolean {
    return [...this.#resources.values()].every(({ listed, error }) => listed || error);
  }

  start(): void {
    for (const resource of this.#resources.values()) void this.#follow(resource);
  }

  /** What the watches have seen so far. */
  picture(): Picture {
    return this.#pictureOf(({ listed, error, objects, name }) => {
      if (error || !listed) throw new NotReadable(name.kind, error ?? 'it has not answered yet');
      return [...objects.values()];
    });
  }

  /**
   * A new picture: every kind (or those named) listed once, all as they are at one moment. See `snapshot` for the limits. What
   * history checks know comes from the watches: at least as far as this picture, unless a watch lags by more than 200 ms.
   */
  async freshPicture(signal: AbortSignal, names?: readonly KindName[]): Promise<Picture> {
    const wanted = names?.map((name) => this.#resources.get(keyOf(name)));
    const kinds = [...this.#resources.values()].filter((one) => !wanted || wanted.includes(one));
    const lists = await snapshot(kinds, signal);
    await this.#catchUp(lists, signal);
    return this.#pictureOf((resource) => {
      const items = lists.get(resource);
      if (!Array.isArray(items)) throw new NotReadable(resource.name.kind, items);
      return items;
    });
  }

  close(): void {
    this.#abort.abort();
    for (const { stop, timer } of this.#resources.values()) {
      stop?.();
      clearTimeout(timer);
    }
  }

  #pictureOf(read: (resource: Resource) => readonly KubeObject[]): Picture {
    const now = performance.now();
    const kept = new Map<Resource, readonly KubeObject[]>();
    return {
      namespace: this.namespace,
      objects: (name) => {
        const resource = this.#resources.get(keyOf(name));
        if (!resource) throw new NotReadable(name.kind, 'no check was known to read it');
        const objects = kept.get(resource) ?? read(resource);
        kept.set(resource, objects);
        return objects;
      },
      ageOf: (object) => {
        for (const { objects, seenAt } of this.#resources.values()) {
          const known = objects.get(object.metadata.uid);
          if (known?.metadata.resourceVersion === object.metadata.resourceVersion)
            return now - (seenAt.get(object.metadata.uid) ?? now);
        }
        return 0;
      },
    };
  }

  /** History is made of what the watch brings: gives it a moment to bring what the lists have shown. */
  async #catchUp(lists: Map<Resource, KubeObject[] | Error>, signal: AbortSignal): Promise<void> {
    const behind = () =>
      [...lists].some(
        ([{ seen, listed, error }, items]) =>
          listed &&
          !error &&
          Array.isArray(items) &&
          items.some(({ metadata }) => isNewer(metadata.resourceVersion, seen)),
      );
    for (let waited = 0; behind() && waited < 200 && !signal.aborted; waited += 10)
      await new Promise((done) => setTimeout(done, 10));
  }

  async #refOf(resource: Resource): Promise<ResourceRef> {
    if (resource.ref) return resource.ref;
    const { kind, apiVersion } = resource.name;
    const info = knownKind(kind, apiVersion) ?? (await this.#discover(kind, apiVersion ?? 'v1'));
    const { group, version, plural, namespaced } = info;
    resource.ref = { group, version, plural, ...(namespaced && { namespace: this.namespace }) };
    return resource.ref;
  }

  async #discover(kind: string, apiVersion: string): Promise<KindInfo> {
    const { group, version } = splitApiVersion(apiVersion);
    const path = group ? `/apis/${group}/${version}` : `/api/${version}`;
    const { status, body } = await this.api.request('GET', path, undefined, this.#abort.signal);
    const { resources = [] } = body as { resources?: { name: string; kind: string; namespaced: boolean }[] };
    const found = resources.find((one) => one.kind === kind && !one.name.includes('/'));
    if (!found) throw new Error(`the cluster does not know ${apiVersion} ${kind} (status ${status})`);
    return { kind, group, version, plural: found.name, namespaced: found.namespaced };
  }

  async #follow(resource: Resource): Promise<void> {
    try {
      // A connection that has died silently must not keep the grader waiting for good.
      const signal = AbortSignal.any([this.#abort.signal, AbortSignal.timeout(listLimitMs)]);
      const { resourceVersion, items } = await resource.list(signal);
      if (this.#abort.signal.aborted) return;
      resource.seen = resourceVersion;
      const first = !resource.listed || resource.error !== undefined;
      resource.listed = true;
      resource.error = undefined;
      this.#takeList(resource, items);
      if (first && this.answered) this.onReadable();
      this.#watch(resource, resourceVersion);
    } catch (error) {
      if (this.#abort.signal.aborted) return;
      resource.error = error instanceof Error ? error : new Error(String(error));
      if (this.answered) this.onReadable();
      this.#again(resource, () => this.#follow(resource));
    }
  }

  #watch(resource: Resource, from: string): void {
    let resourceVersion = from;
    const started = performance.now();
    resource.stop = this.api.watch(resource.ref as ResourceRef, from, {
      event: (type, object) => {
        resource.failures = 0;
        resourceVersion = object.metadata.resourceVersion;
        resource.seen = resourceVersion;
        this.#take(resource, type, object);
      },
      end: ({ gone, error }) => {
        if (this.#abort.signal.aborted) return;
        // A server that ends every watch at once must not be asked in a tight loop.
        const lasted = performance.now() - started > 1000;
        if (lasted) resource.failures = 0;
        if (!gone && !error && lasted) this.#watch(resource, resourceVersion);
        else if (gone && resource.failures === 0) {
          resource.failures++;
          void this.#follow(resource);
        } else this.#again(resource, () => this.#follow(resource));
      },
    });
  }

  #again(resource: Resource, run: () => void): void {
    const delay = Math.min(30_000, 250 * 2 ** resource.failures++);
    resource.timer = setTimeout(run, delay * (0.75 + Math.random() / 2));
    resource.timer.unref();
  }

  #take(resource: Resource, type: 'ADDED' | 'MODIFIED' | 'DELETED', object: KubeObject): void {
    const { uid } = object.metadata;
    // Nobody reads them, and they are half of an object.
    delete object.metadata.managedFields;
    if (type === 'DELETED') {
      resource.objects.delete(uid);
      resource.seenAt.delete(uid);
    } else {
      resource.objects.set(uid, object);
      resource.seenAt.set(uid, performance.now());
    }
    this.onChange(type, object);
  }

  #takeList(resource: Resource, items: readonly KubeObject[]): void {
    const present = new Set(items.map(({ metadata }) => metadata.uid));
    for (const [uid, object] of resource.objects)
      if (!present.has(uid)) this.#take(resource, 'DELETED', object);
    for (const object of items) {
      const known = resource.objects.get(object.metadata.uid);
      if (known?.metadata.resourceVersion === object.metadata.resourceVersion) continue;
      this.#take(resource, known ? 'MODIFIED' : 'ADDED', object);
    }
  }
}
