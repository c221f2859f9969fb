import { KubeApiError, type KubeObject } from '../clusters/kube-api';

/** One kind of objects, as a snapshot needs it. */
export interface Listable {
  /** Now, or exactly as it was at a resourceVersion (`KubeApi.list`). */
  list(signal: AbortSignal, at?: string): Promise<{ resourceVersion: string; items: KubeObject[] }>;
  /** resourceVersion of what has been seen of it, '' when nothing has. */
  seen: string;
  /** Its versions are not those of the other kinds: it is listed for itself. Set here, and kept. */
  apart: boolean;
}

/**
 * Every kind listed once, all as they were at one resourceVersion, which is not older than the call: what moves from one kind
 * to another meanwhile is seen once. One API server's etcd counts all its changes with one number, so the version that the
 * first list gives is asked of the others (API concepts, `resourceVersionMatch=Exact`).
 *
 * Where that cannot be had, a kind is listed as it is just then: an aggregated API, events that the operator keeps in an etcd of
 * their own, a server that has forgotten the version (410) or knows no exact lists. A kind that cannot be listed has its error.
 */
export async function snapshot<Kind extends Listable>(
  kinds: readonly Kind[],
  signal: AbortSignal,
): Promise<Map<Kind, KubeObject[] | Error>> {
  const first = await attempt(kinds, signal);
  if (first.refused.length === 0) return first.lists;
  // Forgotten as fast as that is possible where much changes: a newer version is worth another try.
  const { lists, refused } = await attempt(kinds, signal);
  await Promise.all(refused.map((kind) => listApart(kind, lists, signal)));
  return lists;
}

async function attempt<Kind extends Listable>(kinds: readonly Kind[], signal: AbortSignal) {
  const lists = new Map<Kind, KubeObject[] | Error>();
  const refused: Kind[] = [];
  // What was seen before the first list began is part of it, unless its versions are counted elsewhere.
  const seen = new Map(kinds.map((kind) => [kind, kind.seen]));
  const together = kinds.filter(({ apart }) => !apart);
  let at: string | undefined;
  while (at === undefined) {
    const kind = together.shift();
    if (!kind) break;
    const found = await listed(kind, signal);
    lists.set(kind, found instanceof Error ? found : found.items);
    if (found instanceof Error) continue;
    if (isNumber(found.resourceVersion)) at = found.resourceVersion;
    else kind.apart = true;
  }
  await Promise.all([
    ...kinds.filter((kind) => kind.apart && !lists.has(kind)).map((kind) => listApart(kind, lists, signal)),
    ...together.map(async (kind) => {
      if (at !== undefined && isNewer(seen.get(kind) ?? '', at)) return listApart(kind, lists, signal);
      const found = await listed(kind, signal, at);
      if (found instanceof KubeApiError && refusals.has(found.code)) return refused.push(kind);
      // A server that does not know exact lists answers with what is there now.
      if (!(found instanceof Error) && found.resourceVersion !== at) kind.apart = true;
      lists.set(kind, found instanceof Error ? found : found.items);
    }),
  ]);
  return { lists, refused };
}

/** Expired; too large (504), which etcd itself calls an internal error; not known to an API server of its own kind. */
const refusals = new Set([400, 410, 422, 500, 504]);

async function listApart<Kind extends Listable>(
  kind: Kind,
  lists: Map<Kind, KubeObject[] | Error>,
  signal: AbortSignal,
): Promise<void> {
  const found = await listed(kind, signal);
  if (!(found instanceof Error)) kind.apart = true;
  lists.set(kind, found instanceof Error ? found : found.items);
}

async function listed(kind: Listable, signal: AbortSignal, at?: string) {
  try {
    return await kind.list(signal, at);
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

const isNumber = (version: string) => /^\d+$/.test(version);

/** Versions of one kind are numbers that grow (KEP-5504). */
export function isNewer(version: string, than: string): boolean {
  return isNumber(version) && isNumber(than) && BigInt(version) > BigInt(than);
}
