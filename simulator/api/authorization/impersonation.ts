import type { IncomingHttpHeaders } from 'node:http';
import type { RequestUser } from '../admission/request';
import { badRequest } from '../refusals';
import type { AccessRequest } from './rbac';

const AUTHENTICATION = 'authentication.k8s.io';
const EXTRA = 'impersonate-extra-';

/**
 * The user that a request is made as: `kubectl --as`, `--as-group`, `--as-user-extra` (apiserver, filters/impersonation.go). `check`
 * throws when the real user may not impersonate what is asked for.
 */
export function impersonate(
  user: RequestUser,
  headers: IncomingHttpHeaders,
  check: (request: AccessRequest) => void,
): RequestUser {
  const name = single(headers['impersonate-user']);
  const groups = all(headers['impersonate-group']);
  if (!name) {
    if (groups.length || headers['impersonate-uid']) {
      throw badRequest(`requested ${JSON.stringify(groups)} without impersonating a user`);
    }
    return user;
  }
  const ask = (group: string, resource: string, target: string, namespace = '', subresource = ''): void =>
    check({ verb: 'impersonate', group, version: 'v1', resource, subresource, namespace, name: target });
  const account = /^system:serviceaccount:([^:]+):([^:]+)$/.exec(name);
  if (account) ask('', 'serviceaccounts', account[2] ?? '', account[1]);
  else ask('', 'users', name);
  for (const group of groups) ask('', 'groups', group);
  const uid = single(headers['impersonate-uid']);
  if (uid) ask(AUTHENTICATION, 'uids', uid);
  const extra: Record<string, string[]> = {};
  for (const [header, value] of Object.entries(headers)) {
    if (!header.startsWith(EXTRA)) continue;
    const key = unescaped(header.slice(EXTRA.length));
    const values = all(value);
    for (const each of values) ask(AUTHENTICATION, 'userextras', each, '', key);
    extra[key] = values;
  }
  const own = account && groups.length === 0 ? serviceAccountGroups(account[1] ?? '') : groups;
  const standing = name === 'system:anonymous' ? 'system:unauthenticated' : 'system:authenticated';
  return {
    name,
    groups: own.includes(standing) ? own : [...own, standing],
    ...(uid ? { uid } : {}),
    ...(Object.keys(extra).length ? { extra } : {}),
  };
}

/** Groups that every ServiceAccount of a namespace is in. */
export function serviceAccountGroups(namespace: string): string[] {
  return ['system:serviceaccounts', `system:serviceaccounts:${namespace}`];
}

function single(value: string | string[] | undefined): string {
  return (Array.isArray(value) ? value[0] : value) ?? '';
}

/** Node joins repeated headers with a comma. */
function all(value: string | string[] | undefined): string[] {
  if (value === undefined) return [];
  return (Array.isArray(value) ? value : value.split(',')).map((each) => each.trim()).filter(Boolean);
}

/** Keys may be percent-encoded; one that is badly so is taken as it is. */
function unescaped(key: string): string {
  try {
    return decodeURIComponent(key);
  } catch {
    return key;
  }
}
