import type { Process } from '../../runtime/process';
import type { KubeObject } from '../../schema/types';
import { klog } from '../agnhost/klog';
import { type ApiClient, ApiFailure } from './api-client';

/** After a failure, and after a watch that ended at once. */
const retryMs = 1_000;
const watchSeconds = 300;

/** The objects of one kind, kept by a list and a watch (client-go's Reflector). */
export class Informer<T extends KubeObject> {
  private readonly objects = new Map<string, T>();
  /** Whether the first list has come. */
  synced = false;

  constructor(
    private readonly process: Process,
    private readonly api: ApiClient,
    private readonly resource: { path: string; kind: string },
    private readonly changed: () => void,
  ) {}

  all(): T[] {
    return [...this.objects.values()];
  }

  get(namespace: string, name: string): T | undefined {
    return this.objects.get(`${namespace}/${name}`);
  }

  /** Lists and watches until the process ends. */
  async run(): Promise<void> {
    while (!this.process.status) {
      try {
        await this.follow(await this.list());
      } catch (error) {
        if (!(error instanceof ApiFailure)) throw error;
        const { kind } = this.resource;
        await klog(this.process, `failed to list *v1.${kind}: ${error.message}`, 'reflector.go:158', 'E');
      }
      await this.process.clock.sleep(retryMs);
    }
  }

  private async list(): Promise<string> {
    const list = (await this.api.request({ path: this.resource.path })) as {
      metadata: { resourceVersion: string };
      items: T[];
    };
    this.objects.clear();
    for (const object of list.items) this.objects.set(keyOf(object), object);
    this.synced = true;
    this.changed();
    return list.metadata.resourceVersion;
  }

  private async follow(version: string): Promise<void> {
    const query = `watch=1&allowWatchBookmarks=true&timeoutSeconds=${watchSeconds}&resourceVersion=${version}`;
    for await (const { type, object } of this.api.watch(`${this.resource.path}?${query}`)) {
      if (type === 'ERROR') return;
      if (type === 'BOOKMARK') continue;
      if (type === 'DELETED') this.objects.delete(keyOf(object as T));
      else this.objects.set(keyOf(object as T), object as T);
      this.changed();
    }
  }
}

function keyOf({ metadata }: KubeObject): string {
  return `${metadata.namespace ?? ''}/${metadata.name ?? ''}`;
}
