import type { Client } from '../../api/client';
import type { Pod, Volume } from '../../schema/types';
import { type FieldContext, fieldValue, resourceValue } from '../field-ref';
import type { Payload } from './atomic-writer';
import { MountError } from './trees';

/** Issues what a `serviceAccountToken` projection holds. */
export type IssueToken = (request: {
  namespace: string;
  serviceAccount: string;
  audience?: string;
  expirationSeconds: number;
  pod: { name: string; uid: string };
}) => string;

export interface PayloadContext {
  client: Client;
  issueToken: IssueToken;
  fields: FieldContext;
  /** The one user that all containers run as, when there is one: then the token is theirs alone. */
  fsUser?: number;
  fsGroup?: number;
}

interface Item {
  key: string;
  path: string;
  mode?: number;
}

const DEFAULT_MODE = 0o644;

/** Whether a volume's files come from the API and are kept up to date. */
export function isProjected(volume: Volume): boolean {
  return Boolean(volume.configMap ?? volume.secret ?? volume.downwardAPI ?? volume.projected);
}

/** The files of a configMap, secret, downwardAPI or projected volume. Throws MountError in the kubelet's words. */
export function payloadOf(pod: Pod, volume: Volume, context: PayloadContext): Payload {
  const files: Payload = new Map();
  const namespace = pod.metadata.namespace ?? '';
  const { configMap, secret, downwardAPI, projected } = volume;
  if (configMap) {
    addConfigMap(files, namespace, configMap, configMap.defaultMode ?? DEFAULT_MODE, context);
  } else if (secret) {
    addSecret(
      files,
      namespace,
      { ...secret, name: secret.secretName },
      secret.defaultMode ?? DEFAULT_MODE,
      context,
    );
  } else if (downwardAPI) {
    addDownward(files, downwardAPI.items, downwardAPI.defaultMode ?? DEFAULT_MODE, context);
  } else if (projected) {
    addProjected(files, pod, projected, context);
  }
  return files;
}

type Projected = NonNullable<Volume['projected']>;

function addProjected(files: Payload, pod: Pod, projected: Projected, context: PayloadContext): void {
  const mode = projected.defaultMode ?? DEFAULT_MODE;
  const namespace = pod.metadata.namespace ?? '';
  const errors: string[] = [];
  for (const { configMap, secret, downwardAPI, serviceAccountToken } of projected.sources ?? []) {
    try {
      if (configMap) addConfigMap(files, namespace, configMap, mode, context);
      if (secret) addSecret(files, namespace, secret, mode, context);
      if (downwardAPI) addDownward(files, downwardAPI.items, mode, context);
      if (serviceAccountToken) {
        const token = context.issueToken({
          namespace,
          serviceAccount: pod.spec?.serviceAccountName ?? 'default',
          ...(serviceAccountToken.audience ? { audience: serviceAccountToken.audience } : {}),
          expirationSeconds: serviceAccountToken.expirationSeconds ?? 3600,
          pod: { name: pod.metadata.name ?? '', uid: pod.metadata.uid ?? '' },
        });
        const guarded = context.fsUser !== undefined || context.fsGroup !== undefined;
        files.set(clean(serviceAccountToken.path), {
          content: Buffer.from(token),
          mode: guarded ? 0o600 : mode,
          ...(context.fsUser === undefined ? {} : { uid: context.fsUser }),
        });
      }
    } catch (error) {
      if (!(error instanceof MountError)) throw error;
      errors.push(error.message);
    }
  }
  // utilerrors.Aggregate prints one error as it is, several in brackets.
  if (errors.length === 1) throw new MountError(errors[0]);
  if (errors.length > 1) throw new MountError(`[${errors.join(', ')}]`);
}

interface Source {
  name?: string;
  optional?: boolean;
  items?: Item[];
}

function addConfigMap(
  files: Payload,
  namespace: string,
  source: Source,
  mode: number,
  { client }: PayloadContext,
): void {
  const found = client.get('configmaps', namespace, source.name ?? '');
  if (!found) {
    if (source.optional) return;
    throw new MountError(`configmap ${JSON.stringify(source.name)} not found`);
  }
  const data = new Map<string, Uint8Array>();
  for (const [key, text] of Object.entries(found.data ?? {})) data.set(key, Buffer.from(text));
  for (const [key, text] of Object.entries(found.binaryData ?? {}))
    data.set(key, Buffer.from(text, 'base64'));
  addItems(files, data, source, mode, 'config');
}

function addSecret(
  files: Payload,
  namespace: string,
  source: Source,
  mode: number,
  { client }: PayloadContext,
): void {
  const found = client.get('secrets', namespace, source.name ?? '');
  if (!found) {
    if (source.optional) return;
    throw new MountError(`secret ${JSON.stringify(source.name)} not found`);
  }
  const data = new Map<string, Uint8Array>();
  for (const [key, text] of Object.entries(found.data ?? {})) data.set(key, Buffer.from(text, 'base64'));
  addItems(files, data, source, mode, 'secret');
}

function addItems(
  files: Payload,
  data: Map<string, Uint8Array>,
  { items, optional }: Source,
  mode: number,
  what: 'config' | 'secret',
): void {
  if (!items) {
    for (const [key, content] of data) files.set(key, { content, mode });
    return;
  }
  for (const item of items) {
    const content = data.get(item.key);
    if (content) files.set(clean(item.path), { content, mode: item.mode ?? mode });
    else if (!optional) throw new MountError(`references non-existent ${what} key: ${item.key}`);
  }
}

type DownwardItems = NonNullable<Volume['downwardAPI']>['items'];

function addDownward(files: Payload, items: DownwardItems, mode: number, { fields }: PayloadContext): void {
  for (const { path, fieldRef, resourceFieldRef, mode: own } of items ?? []) {
    const value = fieldRef
      ? fieldValue(fieldRef.fieldPath, fields)
      : resourceFieldRef
        ? resourceValue(resourceFieldRef, undefined, fields)
        : '';
    files.set(clean(path), { content: Buffer.from(value), mode: own ?? mode });
  }
}

function clean(path: string): string {
  return path.replace(/^\/+/, '');
}
