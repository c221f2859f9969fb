import type { Client } from '../api/client';
import type { ContainerConfig, ContainerMount, ImageStatus } from '../runtime/container-runtime';
import { parseQuantity, quantityMilliValue, quantityValue } from '../schema/quantity';
import type { Container, Pod, VolumeMount } from '../schema/types';
import { ConfigError, environmentOf } from './environment';
import { expand, unresolved } from './expansion';
import type { FieldContext } from './field-ref';
import { memoryOf, oomScoreAdj } from './oom-score';
import { securityOf } from './security-context';
import type { PodVolumes } from './volumes/pod-volumes';
import type { MountedVolume, TreeFactory } from './volumes/trees';

/** A quota is a millisecond of a period of a hundred at least (cm MilliCPUToQuota). */
const LEAST_CPU_MILLIS = 10;

export interface ConfigInputs {
  client: Client;
  pod: Pod;
  container: Container & { targetContainerName?: string };
  image: ImageStatus;
  fields: FieldContext;
  volumes: PodVolumes;
  trees: TreeFactory;
  attempt: number;
  targetContainerId?: string;
}

/** A container as the runtime is asked for it (kuberuntime generateContainerConfig). Throws ConfigError. */
export function containerConfig(inputs: ConfigInputs): ContainerConfig {
  const { pod, container, image } = inputs;
  const security = securityOf(pod, container, image);
  const environment = environmentOf(inputs.client, pod, container, inputs.fields, inputs.volumes);
  const expandAll = (list: string[] | undefined) => list?.map((text) => expand(text, environment));
  const command = expandAll(container.command);
  const args = expandAll(container.args);
  return {
    name: container.name,
    image: container.image ?? '',
    ...(command ? { command } : {}),
    ...(args ? { args } : {}),
    ...(container.workingDir ? { workingDir: container.workingDir } : {}),
    env: [...environment].map(([name, value]) => ({ name, value })),
    mounts: [
      ...(container.volumeMounts ?? []).map((mount) => mountOf(mount, inputs.volumes, environment)),
      ...terminationLog(container, inputs.trees),
    ],
    stdin: container.stdin ?? false,
    stdinOnce: container.stdinOnce ?? false,
    tty: container.tty ?? false,
    ...security,
    limits: limitsOf(container.resources, pod.spec?.resources),
    oomScoreAdj: oomScoreAdj(pod, container, memoryOf(inputs.client, pod)),
    attempt: inputs.attempt,
    ...(inputs.targetContainerId ? { targetContainerId: inputs.targetContainerId } : {}),
  };
}

/**
 * Limits as a container's cgroup has them; where it sets none of its own, that of its Pod as a whole holds (kuberuntime
 * generateLinuxContainerResources, getMemoryLimit, getCPULimit).
 */
export function limitsOf(
  resources: Container['resources'],
  ofPod: Container['resources'],
): ContainerConfig['limits'] {
  // A limit of 0 is none.
  const limit = (name: string) =>
    [resources, ofPod]
      .flatMap((each) => each?.limits?.[name] ?? [])
      .map((text) => parseQuantity(text))
      .find(({ nanos }) => nanos > 0n);
  const memory = limit('memory');
  const cpu = limit('cpu');
  const request = resources?.requests?.['cpu'];
  const asked = request === undefined ? cpu : parseQuantity(request);
  return {
    ...(memory ? { memoryBytes: quantityValue(memory) } : {}),
    ...(cpu ? { cpuMillis: Math.max(LEAST_CPU_MILLIS, quantityMilliValue(cpu)) } : {}),
    ...(asked ? { cpuShares: cpuShares(quantityMilliValue(asked)) } : {}),
  };
}

/** cm.MilliCPUToShares. */
const cpuShares = (millis: number) => Math.min(Math.max(Math.floor((millis * 1024) / 1000), 2), 262_144);

/** A file of the node's that anyone may write to; the usual path has one already (kubelet TerminationMessagePath mount). */
function terminationLog({ terminationMessagePath: path }: Container, trees: TreeFactory): ContainerMount[] {
  if (!path || path === '/dev/termination-log') return [];
  const tree = trees.create();
  tree.write('/log', '', { mode: 0o666 });
  return [{ containerPath: path, tree, subPath: 'log', readOnly: false }];
}

function mountOf(mount: VolumeMount, volumes: PodVolumes, environment: Map<string, string>): ContainerMount {
  const volume = volumes.get(mount.name);
  if (!volume)
    throw new ConfigError(`cannot find volume ${JSON.stringify(mount.name)} to mount into container`);
  const subPath = subPathOf(mount, environment);
  const path = [volume.path, subPath].filter(Boolean).join('/').replace(/^\/+/, '');
  if (subPath && !volume.complete) makeSubPath(volume, subPath);
  return {
    containerPath: mount.mountPath.startsWith('/') ? mount.mountPath : `/${mount.mountPath}`,
    tree: volume.tree,
    subPath: path,
    readOnly: (mount.readOnly ?? false) || volume.readOnly,
  };
}

/** A subPath that is not there is made as directories like the volume's own (kubelet makeMounts, SafeMakeDir). */
function makeSubPath({ tree, path }: MountedVolume, subPath: string): void {
  const root = tree.stat(path ? `/${path.replace(/^\/+/, '')}` : '/');
  if (root?.type !== 'directory') return;
  let current = path ? `/${path.replace(/^\/+/, '')}` : '';
  for (const name of subPath.split('/').filter(Boolean)) {
    current += `/${name}`;
    if (tree.stat(current)) continue;
    tree.mkdir(current, { mode: root.mode & 0o7777 });
    tree.chmod(current, root.mode & 0o7777);
    if (root.mode & 0o2000) tree.chown(current, 0, root.gid);
  }
}

function subPathOf({ subPath = '', subPathExpr }: VolumeMount, environment: Map<string, string>): string {
  if (!subPathExpr) return subPath;
  const missing = unresolved(subPathExpr, environment);
  if (missing.length > 0) throw new ConfigError(`missing value for ${missing.join(', ')}`);
  const expanded = expand(subPathExpr, environment);
  if (expanded.startsWith('/'))
    throw new ConfigError(`error SubPath \`${expanded}\` must not be an absolute path`);
  if (expanded.split('/').includes('..')) {
    throw new ConfigError(`unable to provision SubPath \`${expanded}\`: must not contain '..'`);
  }
  return expanded;
}
