import { PodlabError } from '../errors';
import { type KindInfo, knownKind, splitApiVersion } from './kinds';
import { type KubeApi, KubeApiError, type KubeObject, type ResourceRef } from './kube-api';
import { execOverWebSocket } from './kube-exec';
import { KubeHttp, type KubeServer } from './kube-http';
import { refusal } from './kube-status';
import { openWatch } from './kube-watch';
import { readKubeconfig } from './kubeconfig';

export type { KubeServer } from './kube-http';

const mebibyte = 1024 * 1024;
/** A page of a list, an object, an OpenAPI document: all stay far below. */
const jsonLimit = 32 * mebibyte;
/** Objects per page: parsing one page takes the event loop a few milliseconds at most. */
const pageSize = 250;

/** `KubeApi` over HTTPS. Connections are opened by the first request and kept alive until `close`. */
export function createKubeApi(options: KubeServer): KubeApi {
  const connection = new KubeHttp(options);
  const discovered = new Map<string, Promise<KindInfo[]>>();
  const watches = new Set<() => void>();

  async function json(
    method: string,
    path: string,
    body?: unknown,
    extra: { contentType?: string; signal?: AbortSignal } = {},
  ): Promise<{ status: number; text: string; value: unknown }> {
    const reply = await connection.send(
      { method, path, body: body === undefined ? undefined : JSON.stringify(body), ...extra },
      jsonLimit,
    );
    if (reply.cut) throw tooLong(path);
    return { status: reply.status, text: reply.body, value: parsed(reply.body) };
  }

  async function expectSuccess(reply: Promise<{ status: number; text: string; value: unknown }>) {
    const { status, text, value } = await reply;
    if (status >= 300) throw refusal(status, text);
    return value;
  }

  async function listOnce(ref: ResourceRef, signal: AbortSignal | undefined, paged: boolean, at?: string) {
    const items: KubeObject[] = [];
    let next = '';
    let resourceVersion: string | undefined;
    while (resourceVersion === undefined) {
      const query = new URLSearchParams(paged ? { limit: String(pageSize) } : {});
      if (next) query.set('continue', next);
      // A continue token holds the version of its first page.
      else if (at !== undefined) {
        query.set('resourceVersion', at);
        query.set('resourceVersionMatch', 'Exact');
      }
      const page = (await expectSuccess(json('GET', `${pathOf(ref)}?${query}`, undefined, { signal }))) as {
        apiVersion?: string;
        kind?: string;
        metadata?: { resourceVersion?: string; continue?: string };
        items?: KubeObject[];
      };
      // Items of a list carry neither apiVersion nor kind: the list's own say it.
      const type = { apiVersion: page.apiVersion ?? 'v1', kind: (page.kind ?? '').replace(/List$/, '') };
      for (const item of page.items ?? []) items.push({ ...type, ...item });
      next = page.metadata?.continue ?? '';
      if (!next) resourceVersion = page.metadata?.resourceVersion ?? '';
    }
    return { resourceVersion, items };
  }

  async function kindOf(
    object: { apiVersion: string; kind: string },
    signal?: AbortSignal,
  ): Promise<KindInfo> {
    const known = knownKind(object.kind, object.apiVersion);
    if (known) return known;
    const { group, version } = splitApiVersion(object.apiVersion);
    const path = group ? `/apis/${group}/${version}` : `/api/${version}`;
    const kinds = discovered.get(path) ?? discover(path, group, version, signal);
    discovered.set(path, kinds);
    // A failed or an old answer is not kept: the definition may come later.
    const found = await kinds.then(
      (list) => list.find((info) => info.kind === object.kind),
      (error) => {
        discovered.delete(path);
        throw error;
      },
    );
    if (found) return found;
    discovered.delete(path);
    throw new KubeApiError(
      404,
      'NotFound',
      `no matches for kind "${object.kind}" in version "${object.apiVersion}"`,
    );
  }

  async function discover(path: string, group: string, version: string, signal?: AbortSignal) {
    const { status, text, value } = await json('GET', path, undefined, { signal });
    if (status === 404) return [];
    if (status >= 300) throw refusal(status, text);
    const list = value as { resources?: { name: string; kind: string; namespaced: boolean }[] };
    return (list.resources ?? [])
      .filter((resource) => !resource.name.includes('/'))
      .map(({ name, kind, namespaced }) => ({ kind, group, version, plural: name, namespaced }));
  }

  return {
    async list(ref, signal, at) {
      try {
        return await listOnce(ref, signal, true, at);
      } catch (error) {
        // The continue token has expired: once more, in one piece. A version that has expired stays so.
        if (error instanceof KubeApiError && error.code === 410 && at === undefined)
          return listOnce(ref, signal, false);
        throw error;
      }
    },

    async get(ref, name, signal) {
      const { status, text, value } = await json('GET', `${pathOf(ref)}/${segment(name)}`, undefined, {
        signal,
      });
      if (status === 404) return undefined;
      if (status >= 300) throw refusal(status, text);
      return value as KubeObject;
    },

    watch(ref, resourceVersion, handlers) {
      const stop = openWatch(connection, pathOf(ref), resourceVersion, {
        ...handlers,
        end(reason) {
          watches.delete(stop);
          handlers.end(reason);
        },
      });
      watches.add(stop);
      return () => {
        watches.delete(stop);
        stop();
      };
    },

    async logs(namespace, pod, { container, previous, tailLines }, signal) {
      const query = new URLSearchParams({ limitBytes: String(mebibyte) });
      if (container) query.set('container', container);
      if (previous) query.set('previous', 'true');
      if (tailLines !== undefined) query.set('tailLines', String(tailLines));
      const path = `/api/v1/namespaces/${segment(namespace)}/pods/${segment(pod)}/log?${query}`;
      const { status, body } = await connection.send(
        { method: 'GET', path, accept: '*/*', signal },
        mebibyte,
      );
      if (status >= 300) throw refusal(status, body);
      return body;
    },

    exec: (namespace, pod, what, signal) => execOverWebSocket(connection, namespace, pod, what, signal),

    async proxyGet(namespace, target, path, signal) {
      const { status, headers, body } = await connection.send(
        {
          method: 'GET',
          path: `/api/v1/namespaces/${segment(namespace)}/${target.kind}/${segment(target.name)}:${target.port}/proxy/${path.replace(/^\//, '')}`,
          accept: '*/*',
          signal,
        },
        mebibyte,
      );
      const flat = Object.entries(headers).map(([name, value]) => [name, [value].flat().join(', ')]);
      return { status, headers: Object.fromEntries(flat), body };
    },

    async apply(object, namespace, signal) {
      const manifest = object as KubeObject;
      const kind = await kindOf(manifest, signal);
      const ref = {
        ...kind,
        namespace: kind.namespaced ? (manifest.metadata.namespace ?? namespace) : undefined,
      };
      const path = `${pathOf(ref)}/${segment(manifest.metadata.name)}?fieldManager=podlab&force=true`;
      const contentType = 'application/apply-patch+yaml';
      return (await expectSuccess(json('PATCH', path, object, { contentType, signal }))) as KubeObject;
    },

    async delete(ref, name, signal) {
      const { status, text } = await json('DELETE', `${pathOf(ref)}/${segment(name)}`, undefined, { signal });
      if (status >= 300 && status !== 404) throw refusal(status, text);
    },

    async request(method, path, body, signal) {
      const contentType = method === 'PATCH' ? 'application/merge-patch+json' : undefined;
      const { status, value } = await json(method, path, body, { contentType, signal });
      return { status, body: value };
    },

    close() {
      for (const stop of watches) stop();
      watches.clear();
      connection.close();
    },
  };
}

/**
 * A client for one context of a kubeconfig text (the current one when none is named). Relative paths in it are
 * taken from `folder`. Throws PodlabError `kubeconfig-invalid`.
 */
export function fromKubeconfig(text: string, context?: string, folder?: string): KubeApi {
  return createKubeApi(readKubeconfig(text, context, folder).server);
}

/** Path of a list, by the rules of the Kubernetes API ("API concepts", Resource URIs). */
function pathOf({ group, version, plural, namespace }: ResourceRef): string {
  const root = group ? `/apis/${group}/${version}` : `/api/${version}`;
  return `${root}${namespace === undefined ? '' : `/namespaces/${segment(namespace)}`}/${plural}`;
}

const segment = encodeURIComponent;

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function tooLong(path: string): PodlabError {
  return new PodlabError(
    'cluster-unreachable',
    `The API server's answer to ${path} is longer than 32 MiB.`,
    'Delete objects that the lab does not need, then try again.',
    503,
  );
}
