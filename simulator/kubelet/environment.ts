import type { Client } from '../api/client';
import type { Container, EnvVar, Pod, Service } from '../schema/types';
import { valueInEnvFile } from './env-file';
import { expand } from './expansion';
import { type FieldContext, fieldValue, resourceValue } from './field-ref';
import type { PodVolumes } from './volumes/pod-volumes';

/** A container that cannot be configured: the waiting reason CreateContainerConfigError, with this message. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

/**
 * The variables of a container, in the order in which they win: service variables, envFrom, env; `$(NAME)` refers to those
 * before it (kubelet makeEnvironmentVariables). Throws ConfigError for a missing ConfigMap, Secret or key.
 */
export function environmentOf(
  client: Client,
  pod: Pod,
  container: Container,
  fields: FieldContext,
  volumes?: PodVolumes,
): Map<string, string> {
  const namespace = pod.metadata.namespace ?? '';
  const services = serviceVariables(client, namespace, pod.spec?.enableServiceLinks !== false);
  const result = new Map<string, string>();
  for (const { prefix = '', configMapRef, secretRef } of container.envFrom ?? []) {
    const source = configMapRef
      ? configMapData(client, namespace, configMapRef.name ?? '', configMapRef.optional)
      : secretData(client, namespace, secretRef?.name ?? '', secretRef?.optional);
    for (const [key, value] of source ?? []) result.set(prefix + key, value);
  }
  // Service variables can be referred to, and are overridden by everything else.
  const known = new Map([...services, ...result]);
  for (const { name, value, valueFrom } of container.env ?? []) {
    let resolved: string | undefined;
    if (value !== undefined && value !== '') resolved = expand(value, known);
    else if (valueFrom?.fieldRef) resolved = fieldValue(valueFrom.fieldRef.fieldPath, fields);
    else if (valueFrom?.resourceFieldRef) {
      resolved = resourceValue(valueFrom.resourceFieldRef, container.name, fields);
    } else if (valueFrom?.configMapKeyRef) {
      const { name: source = '', key, optional } = valueFrom.configMapKeyRef;
      resolved = configMapData(client, namespace, source, optional)?.get(key);
      if (resolved === undefined) {
        if (optional) continue;
        throw new ConfigError(`couldn't find key ${key} in ConfigMap ${namespace}/${source}`);
      }
    } else if (valueFrom?.secretKeyRef) {
      const { name: source = '', key, optional } = valueFrom.secretKeyRef;
      resolved = secretData(client, namespace, source, optional)?.get(key);
      if (resolved === undefined) {
        if (optional) continue;
        throw new ConfigError(`couldn't find key ${key} in Secret ${namespace}/${source}`);
      }
    } else if (valueFrom?.fileKeyRef) {
      resolved = fileValue(valueFrom.fileKeyRef, volumes);
      if (resolved === undefined) continue;
    }
    result.set(name, resolved ?? '');
    known.set(name, resolved ?? '');
  }
  for (const [name, value] of services) if (!result.has(name)) result.set(name, value);
  return result;
}

type FileKeyRef = NonNullable<NonNullable<EnvVar['valueFrom']>['fileKeyRef']>;

/** A variable that an init container has written down. Undefined: it is optional, and not there. */
function fileValue(
  { volumeName, path, key, optional }: FileKeyRef,
  volumes?: PodVolumes,
): string | undefined {
  const volume = volumes?.get(volumeName);
  if (!volume)
    throw new ConfigError(`cannot find the volume ${JSON.stringify(volumeName)} referenced by FileKeyRef`);
  const data = volume.tree.read(`/${[volume.path, path].filter(Boolean).join('/')}`);
  let value: string | undefined;
  try {
    if (data) value = valueInEnvFile(Buffer.from(data).toString('utf8'), key);
    else if (!optional) throw new SyntaxError('no such file');
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new ConfigError("couldn't parse env file");
  }
  if (!value && !optional)
    throw new ConfigError(
      `environment variable key ${JSON.stringify(key)} not found in file ${JSON.stringify(path)}`,
    );
  return value || undefined;
}

function configMapData(client: Client, namespace: string, name: string, optional = false) {
  const found = client.get('configmaps', namespace, name);
  if (!found && !optional) throw new ConfigError(`configmap ${JSON.stringify(name)} not found`);
  return found && new Map(Object.entries(found.data ?? {}));
}

function secretData(client: Client, namespace: string, name: string, optional = false) {
  const found = client.get('secrets', namespace, name);
  if (!found && !optional) throw new ConfigError(`secret ${JSON.stringify(name)} not found`);
  const decoded = Object.entries(found?.data ?? {}).map(
    ([key, value]) => [key, Buffer.from(value, 'base64').toString()] as const,
  );
  return found && new Map(decoded);
}

/** `kubernetes` of the default namespace always; the namespace's own Services when asked for (kubelet getServiceEnvVarMap). */
function serviceVariables(client: Client, namespace: string, links: boolean): Map<string, string> {
  const chosen = new Map<string, Service>();
  const master = client.get('services', 'default', 'kubernetes');
  if (master) chosen.set('kubernetes', master);
  if (links) {
    for (const service of client.list('services', { namespace })) {
      chosen.set(service.metadata.name ?? '', service);
    }
  }
  const variables = new Map<string, string>();
  for (const [name, service] of chosen) {
    const ip = service.spec?.clusterIP;
    if (ip && ip !== 'None')
      for (const [key, value] of linkVariables(name, ip, service)) variables.set(key, value);
  }
  return variables;
}

/** `WEB_SERVICE_HOST`, and the form of Docker links: `WEB_PORT_80_TCP_ADDR` (kubelet envvars.FromServices). */
function* linkVariables(name: string, ip: string, service: Service): Generator<[string, string]> {
  const prefix = name.toUpperCase().replaceAll('-', '_');
  const ports = service.spec?.ports ?? [];
  const first = ports[0];
  if (!first) return;
  yield [`${prefix}_SERVICE_HOST`, ip];
  yield [`${prefix}_SERVICE_PORT`, String(first.port)];
  for (const port of ports) {
    if (port.name) {
      yield [`${prefix}_SERVICE_PORT_${port.name.toUpperCase().replaceAll('-', '_')}`, String(port.port)];
    }
  }
  const url = (protocol: string, port: number) => `${protocol.toLowerCase()}://${ip}:${port}`;
  yield [`${prefix}_PORT`, url(first.protocol ?? 'TCP', first.port)];
  for (const { protocol = 'TCP', port } of ports) {
    const link = `${prefix}_PORT_${port}_${protocol.toUpperCase()}`;
    yield [link, url(protocol, port)];
    yield [`${link}_PROTO`, protocol.toLowerCase()];
    yield [`${link}_PORT`, String(port)];
    yield [`${link}_ADDR`, ip];
  }
}
