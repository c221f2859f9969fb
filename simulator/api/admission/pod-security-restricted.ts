import { seccompProfile } from './pod-security-baseline';
import {
  type Check,
  collect,
  containers,
  containersWhere,
  namesWhere,
  plural,
  quoted,
  settersWhere,
} from './pod-security-parts';

const RESTRICTED_VOLUMES = new Set([
  'configMap',
  'csi',
  'downwardAPI',
  'emptyDir',
  'ephemeral',
  'image',
  'persistentVolumeClaim',
  'projected',
  'secret',
]);

export const allowPrivilegeEscalation: Check = (spec) =>
  containersWhere(
    spec,
    ({ allowPrivilegeEscalation: allowed }) => allowed !== false,
    'allowPrivilegeEscalation != false',
    'must set securityContext.allowPrivilegeEscalation=false',
  );

export const fewCapabilities: Check = (spec) => {
  const keeping = namesWhere(spec, ({ capabilities }) => !capabilities?.drop?.includes('ALL'));
  const { names, values } = collect(spec, ({ capabilities }) =>
    (capabilities?.add ?? []).filter((capability) => capability !== 'NET_BIND_SERVICE'),
  );
  const details = [
    ...(keeping.length > 0
      ? [`${containers(keeping)} must set securityContext.capabilities.drop=["ALL"]`]
      : []),
    ...(names.length > 0
      ? [`${containers(names)} must not include ${quoted(values)} in securityContext.capabilities.add`]
      : []),
  ];
  return details.length > 0 ? { reason: 'unrestricted capabilities', detail: details.join('; ') } : undefined;
};

export const restrictedVolumes: Check = ({ volumes = [] }) => {
  const names: string[] = [];
  const types = new Set<string>();
  for (const { name, ...source } of volumes) {
    const type = Object.keys(source).find((key) => source[key as keyof typeof source]);
    if (!type || RESTRICTED_VOLUMES.has(type)) continue;
    names.push(name);
    types.add(type);
  }
  const list = [...types].sort();
  return names.length > 0
    ? {
        reason: 'restricted volume types',
        detail: `${plural('volume', names)} ${quoted(names)} ${names.length > 1 ? 'use' : 'uses'} restricted volume ${plural('type', list)} ${quoted(list)}`,
      }
    : undefined;
};

export const runAsNonRoot: Check = (spec) => {
  const reason = 'runAsNonRoot != true';
  const setters = settersWhere(spec, (context) => context.runAsNonRoot === false);
  if (setters) return { reason, detail: `${setters} must not set securityContext.runAsNonRoot=false` };
  if (spec.securityContext?.runAsNonRoot) return undefined;
  const silent = namesWhere(spec, (context) => context.runAsNonRoot === undefined);
  return silent.length > 0
    ? { reason, detail: `pod or ${containers(silent)} must set securityContext.runAsNonRoot=true` }
    : undefined;
};

export const runAsUser: Check = (spec) => {
  const setters = settersWhere(spec, (context) => context.runAsUser === 0);
  return setters ? { reason: 'runAsUser=0', detail: `${setters} must not set runAsUser=0` } : undefined;
};

export const someSeccompProfile: Check = (spec, metadata) => {
  const bad = seccompProfile(spec, metadata);
  if (bad) return bad;
  if (spec.securityContext?.seccompProfile) return undefined;
  const silent = namesWhere(spec, (context) => !context.seccompProfile);
  return silent.length > 0
    ? {
        reason: 'seccompProfile',
        detail: `pod or ${containers(silent)} must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost"`,
      }
    : undefined;
};
