import type { Service } from '../../schema/types';
import type { FieldError } from '../extension-points';
import { cidr, endpointAddress, ipAddress } from './addresses';
import { at, duplicate, forbidden, invalid, invalids, required } from './field-error';
import { internalForm } from './internal-form';
import { validateLabels } from './metadata';
import { dns1123Label, dns1123Subdomain, portNumber, qualifiedName } from './names';
import { oneOf, optionallyOneOf, validatePort } from './values';

const TYPES = ['ClusterIP', 'ExternalName', 'LoadBalancer', 'NodePort'];
const LOAD_BALANCER_ONLY = "may only be used when `type` is 'LoadBalancer'";
const LONGEST_AFFINITY = 86_400;

type ServiceSpec = NonNullable<Service['spec']>;
type ServicePort = NonNullable<ServiceSpec['ports']>[number];

/** core/validation ValidateServiceCreate, without metadata, in its order. */
export function validateService({ spec = {}, metadata }: Service): FieldError[] {
  const { type, ports = [] } = spec;
  const errors: FieldError[] = [];
  if (ports.length === 0 && !isHeadless(spec) && type !== 'ExternalName') errors.push(required('spec.ports'));
  const names = new Set<string>();
  return [
    ...errors,
    ...validateTopologyAnnotations(metadata),
    ...validateType(spec),
    ...ports.flatMap((port, index) => validatePortOf(spec, port, names, at('spec.ports', index))),
    ...validateLabels(spec.selector, 'spec.selector'),
    ...oneOf(spec.sessionAffinity, ['ClientIP', 'None'], 'spec.sessionAffinity'),
    ...validateAffinityTimeout(spec),
    ...validateClusterIPs(spec),
    ...(spec.externalIPs ?? []).flatMap((ip, index) => {
      const problems = ipAddress(ip);
      return invalids(
        at('spec.externalIPs', index),
        ip,
        problems.length > 0 ? problems : endpointAddress(ip),
      );
    }),
    ...oneOf(type, TYPES, 'spec.type'),
    ...validateNodePorts(spec),
    ...validateUniquePorts(spec),
    ...validateBalancer(spec),
    ...validateTraffic(spec),
  ];
}

/** core/validation ValidateServiceUpdate: addresses stay while the type needs them. */
export function validateServiceUpdate(service: Service, old: Service): FieldError[] {
  const { spec = {} } = service;
  const { spec: before = {} } = old;
  const errors: FieldError[] = [];
  if (spec.type !== 'ExternalName' && before.type !== 'ExternalName') {
    const [was, is] = [before.clusterIPs ?? [], spec.clusterIPs ?? []];
    if (was.length > 0 && is.length === 0)
      errors.push(invalid('spec.clusterIPs[0]', is, 'primary clusterIP can not be unset'));
    for (const [index, ip] of was.entries())
      if (is.length > 0 && (index === 0 || is.length === was.length) && is[index] !== ip)
        errors.push(invalid(at('spec.clusterIPs', index), is, 'may not change once set'));
    const [families, wanted] = [before.ipFamilies ?? [], spec.ipFamilies ?? []];
    if (families.length > 0 && wanted.length > 0 && families[0] !== wanted[0] && !isHeadless(spec))
      errors.push(invalid('spec.ipFamilies[0]', wanted, 'may not change once set'));
  }
  const balances = spec.type === 'LoadBalancer' && before.type === 'LoadBalancer';
  if (balances && spec.loadBalancerClass !== before.loadBalancerClass)
    errors.push(invalid('spec.loadBalancerClass', spec.loadBalancerClass ?? null, 'may not change once set'));
  if (needsHealthCheck(spec) && needsHealthCheck(before))
    if (spec.healthCheckNodePort !== before.healthCheckNodePort)
      errors.push(forbidden('spec.healthCheckNodePort', 'field is immutable'));
  return [...errors, ...validateService(service)];
}

function isHeadless({ clusterIP, clusterIPs }: ServiceSpec): boolean {
  return (clusterIPs?.length ? clusterIPs : [clusterIP]).join() === 'None';
}

function needsHealthCheck({ type, externalTrafficPolicy }: ServiceSpec): boolean {
  return type === 'LoadBalancer' && externalTrafficPolicy === 'Local';
}

const HINTS = 'service.kubernetes.io/topology-aware-hints';
const MODE = 'service.kubernetes.io/topology-mode';

function validateTopologyAnnotations({ annotations }: Service['metadata']): FieldError[] {
  const [hints, mode] = [annotations?.[HINTS], annotations?.[MODE]];
  return hints === undefined || mode === undefined || hints === mode
    ? []
    : [
        invalid(
          at('metadata.annotations', MODE),
          mode,
          `must match annotations[${HINTS}] when both are specified`,
        ),
      ];
}

function validateType(spec: ServiceSpec): FieldError[] {
  const { type } = spec;
  if (type === 'LoadBalancer' || type === 'NodePort')
    return isHeadless(spec)
      ? [invalid('spec.clusterIPs[0]', 'None', `may not be set to 'None' for ${type} services`)]
      : [];
  if (type !== 'ExternalName') return [];
  const errors: FieldError[] = [];
  for (const field of ['clusterIPs', 'ipFamilies'] as const)
    if (spec[field]?.length)
      errors.push(forbidden(`spec.${field}`, 'may not be set for ExternalName services'));
  if (spec.ipFamilyPolicy !== undefined)
    errors.push(forbidden('spec.ipFamilyPolicy', 'may not be set for ExternalName services'));
  const name = (spec.externalName ?? '').replace(/\.$/, '');
  if (name) errors.push(...invalids('spec.externalName', name, dns1123Subdomain(name)));
  else errors.push(required('spec.externalName'));
  return errors;
}

/** core/validation validateServicePort. */
function validatePortOf(
  spec: ServiceSpec,
  port: ServicePort,
  names: Set<string>,
  path: string,
): FieldError[] {
  const errors: FieldError[] = [];
  const field = `${path}.name`;
  if (!port.name) {
    if ((spec.ports?.length ?? 0) > 1) errors.push(required(field));
  } else {
    errors.push(...invalids(field, port.name, dns1123Label(port.name)));
    if (names.has(port.name)) errors.push(duplicate(field, port.name));
    names.add(port.name);
  }
  return [
    ...errors,
    ...invalids(`${path}.port`, port.port ?? 0, portNumber(port.port ?? 0)),
    ...oneOf(port.protocol, ['SCTP', 'TCP', 'UDP'], `${path}.protocol`),
    ...validatePort(port.targetPort, `${path}.targetPort`),
    ...(port.appProtocol === undefined
      ? []
      : invalids(`${path}.appProtocol`, port.appProtocol, qualifiedName(port.appProtocol))),
  ];
}

/** core/validation ValidateServiceClusterIPsRelatedFields, for one family of addresses. */
function validateClusterIPs(spec: ServiceSpec): FieldError[] {
  if (spec.type === 'ExternalName') return [];
  const { clusterIP = '', clusterIPs = [], ipFamilies = [] } = spec;
  const path = 'spec.clusterIPs';
  const errors: FieldError[] = [];
  if (clusterIP) {
    if (clusterIPs.length === 0) errors.push(required(path));
    else if (clusterIPs[0] !== clusterIP)
      errors.push(invalid(path, clusterIPs, 'first value must match `clusterIP`'));
  } else if (clusterIPs.length > 0)
    errors.push(invalid(path, clusterIPs, 'must be empty when `clusterIP` is not specified'));
  for (const [index, family] of ipFamilies.entries()) {
    const here = at('spec.ipFamilies', index);
    errors.push(...optionallyOneOf(family, ['IPv4', 'IPv6'], here));
    if (ipFamilies.indexOf(family) < index) errors.push(duplicate(here, family));
  }
  errors.push(
    ...optionallyOneOf(
      spec.ipFamilyPolicy,
      ['PreferDualStack', 'RequireDualStack', 'SingleStack'],
      'spec.ipFamilyPolicy',
    ),
  );
  for (const [index, ip] of clusterIPs.entries()) {
    if (index > 0 || ip !== 'None') errors.push(...invalids(at(path, index), ip, ipAddress(ip)));
    else if (clusterIPs.length > 1)
      errors.push(invalid(path, clusterIPs, "'None' must be the first and only value"));
  }
  if (clusterIPs.length > 2) errors.push(invalid(path, clusterIPs, 'may only hold up to 2 values'));
  return errors;
}

function validateNodePorts({ type, ports = [] }: ServiceSpec): FieldError[] {
  const taken = new Set<string>();
  const path = (index: number): string => `${at('spec.ports', index)}.nodePort`;
  return [
    ...ports.flatMap(({ nodePort }, index) =>
      nodePort && type === 'ClusterIP'
        ? [forbidden(path(index), "may not be used when `type` is 'ClusterIP'")]
        : [],
    ),
    ...ports.flatMap(({ nodePort, protocol }, index) => {
      if (!nodePort) return [];
      const key = `${protocol}/${nodePort}`;
      if (taken.has(key)) return [duplicate(path(index), nodePort)];
      taken.add(key);
      return [];
    }),
  ];
}

function validateUniquePorts({ ports = [] }: ServiceSpec): FieldError[] {
  const taken = new Set<string>();
  return ports.flatMap(({ protocol, port }, index) => {
    const key = `${protocol}/${port}`;
    if (taken.has(key))
      return [duplicate(at('spec.ports', index), internalForm('ServicePort', { protocol, port }))];
    taken.add(key);
    return [];
  });
}

function validateAffinityTimeout({ sessionAffinity, sessionAffinityConfig }: ServiceSpec): FieldError[] {
  const path = 'spec.sessionAffinityConfig';
  if (sessionAffinity === 'None')
    return sessionAffinityConfig ? [forbidden(path, 'must not be set when session affinity is None')] : [];
  if (sessionAffinity !== 'ClientIP') return [];
  const seconds = sessionAffinityConfig?.clientIP?.timeoutSeconds ?? 0;
  return seconds > 0 && seconds <= LONGEST_AFFINITY
    ? []
    : [
        invalid(
          `${path}.clientIP.timeoutSeconds`,
          seconds,
          `must be greater than 0 and less than ${LONGEST_AFFINITY}`,
        ),
      ];
}

function validateBalancer(spec: ServiceSpec): FieldError[] {
  const errors: FieldError[] = [];
  if (spec.loadBalancerSourceRanges?.length) {
    if (spec.type !== 'LoadBalancer')
      errors.push(forbidden('spec.LoadBalancerSourceRanges', LOAD_BALANCER_ONLY));
    for (const [index, range] of spec.loadBalancerSourceRanges.entries())
      errors.push(...invalids(at('spec.LoadBalancerSourceRanges', index), range, cidr(range.trim())));
  }
  if (spec.type === 'LoadBalancer') {
    if (spec.allocateLoadBalancerNodePorts === undefined)
      errors.push(required('allocateLoadBalancerNodePorts'));
    const { loadBalancerClass: name } = spec;
    if (name !== undefined) errors.push(...invalids('spec.loadBalancerClass', name, qualifiedName(name)));
  } else {
    if (spec.allocateLoadBalancerNodePorts !== undefined)
      errors.push(forbidden('spec.allocateLoadBalancerNodePorts', LOAD_BALANCER_ONLY));
    if (spec.loadBalancerClass !== undefined)
      errors.push(forbidden('spec.loadBalancerClass', LOAD_BALANCER_ONLY));
  }
  return errors;
}

function validateTraffic(spec: ServiceSpec): FieldError[] {
  const outside =
    spec.type === 'NodePort' ||
    spec.type === 'LoadBalancer' ||
    (spec.type === 'ClusterIP' && (spec.externalIPs?.length ?? 0) > 0);
  const errors: FieldError[] = [];
  if (!outside) {
    if (spec.externalTrafficPolicy)
      errors.push(
        invalid(
          'spec.externalTrafficPolicy',
          spec.externalTrafficPolicy,
          'may only be set for externally-accessible services',
        ),
      );
  } else {
    errors.push(
      ...(spec.externalTrafficPolicy
        ? oneOf(spec.externalTrafficPolicy, ['Cluster', 'Local'], 'spec.externalTrafficPolicy')
        : [required('spec.externalTrafficPolicy')]),
    );
  }
  const { healthCheckNodePort, trafficDistribution, internalTrafficPolicy } = spec;
  if (healthCheckNodePort && !needsHealthCheck(spec))
    errors.push(
      invalid(
        'spec.healthCheckNodePort',
        healthCheckNodePort,
        "may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'",
      ),
    );
  else if (healthCheckNodePort)
    errors.push(
      ...invalids('spec.healthCheckNodePort', healthCheckNodePort, portNumber(healthCheckNodePort)),
    );
  return [
    ...errors,
    ...optionallyOneOf(internalTrafficPolicy, ['Cluster', 'Local'], 'spec.internalTrafficPolicy'),
    ...optionallyOneOf(
      trafficDistribution,
      ['PreferClose', 'PreferSameZone', 'PreferSameNode'],
      'spec.trafficDistribution',
    ),
  ];
}
