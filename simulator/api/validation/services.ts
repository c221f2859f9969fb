import type { Service } from '../../schema/types';
import type { FieldError } from '../extension-points';
import { at, duplicate, forbidden, invalid, invalids, required } from './field-error';
import { internalForm } from './internal-form';
import { validateLabels } from './metadata';
import { cidr, dns1123Label, dns1123Subdomain, ipAddress, portNumber } from './names';
import { oneOf, optionallyOneOf, validatePort } from './values';

const TYPES = ['ClusterIP', 'ExternalName', 'LoadBalancer', 'NodePort'];
const LOAD_BALANCER_ONLY = "may only be used when `type` is 'LoadBalancer'";
const LONGEST_AFFINITY = 86_400;

type ServiceSpec = NonNullable<Service['spec']>;

/** core/validation ValidateService, without metadata. */
export function validateService(service: Service): FieldError[] {
  const spec = service.spec ?? {};
  const errors: FieldError[] = [];
  const headless = spec.clusterIP === 'None';
  if (!spec.ports?.length && !headless && spec.type !== 'ExternalName') errors.push(required('spec.ports'));
  errors.push(...validateType(spec, headless), ...validatePorts(spec));
  errors.push(
    ...validateLabels(spec.selector, 'spec.selector'),
    ...oneOf(spec.sessionAffinity, ['ClientIP', 'None'], 'spec.sessionAffinity'),
    ...validateAffinityTimeout(spec),
    ...(spec.externalIPs ?? []).flatMap((ip, index) =>
      invalids(at('spec.externalIPs', index), ip, ipAddress(ip)),
    ),
    ...oneOf(spec.type, TYPES, 'spec.type'),
    ...validateNodePorts(spec),
    ...validateBalancer(spec),
    ...validateTraffic(spec),
  );
  return errors;
}

/** core/validation ValidateServiceUpdate: addresses stay while the type needs them. */
export function validateServiceUpdate(service: Service, old: Service): FieldError[] {
  const errors: FieldError[] = [];
  const lasts = old.spec?.type !== 'ExternalName' && service.spec?.type !== 'ExternalName';
  const before = old.spec?.clusterIPs ?? [];
  const after = service.spec?.clusterIPs ?? [];
  if (lasts && before[0] && after[0] !== before[0])
    errors.push(invalid(at('spec.clusterIPs', 0), after, 'may not change once set'));
  return [...errors, ...validateService(service)];
}

function validateType(spec: ServiceSpec, headless: boolean): FieldError[] {
  const errors: FieldError[] = [];
  if (spec.type === 'LoadBalancer') {
    if (headless)
      errors.push(
        invalid(
          'spec.clusterIPs',
          spec.clusterIPs ?? ['None'],
          "may not be set to 'None' for LoadBalancer services",
        ),
      );
  } else if (spec.type === 'NodePort') {
    if (headless)
      errors.push(
        invalid(
          'spec.clusterIPs',
          spec.clusterIPs ?? ['None'],
          "may not be set to 'None' for NodePort services",
        ),
      );
  } else if (spec.type === 'ExternalName') {
    if (spec.clusterIPs?.length)
      errors.push(forbidden('spec.clusterIPs', 'may not be set for ExternalName services'));
    const name = (spec.externalName ?? '').replace(/\.$/, '');
    if (name) errors.push(...invalids('spec.externalName', spec.externalName, dns1123Subdomain(name)));
    else errors.push(required('spec.externalName'));
  }
  if (spec.type !== 'ExternalName') {
    const [first] = spec.clusterIPs ?? [];
    if (spec.clusterIP && first !== undefined && first !== spec.clusterIP)
      errors.push(invalid('spec.clusterIPs', spec.clusterIPs, 'first value must match `clusterIP`'));
    for (const [index, ip] of (spec.clusterIPs ?? []).entries())
      if (ip !== 'None') errors.push(...invalids(at('spec.clusterIPs', index), ip, ipAddress(ip)));
  }
  return errors;
}

function validatePorts(spec: ServiceSpec): FieldError[] {
  const ports = spec.ports ?? [];
  const names = new Set<string>();
  const taken = new Set<string>();
  return ports.flatMap((port, index) => {
    const here = at('spec.ports', index);
    const errors: FieldError[] = [];
    if (ports.length > 1 && !port.name) errors.push(required(`${here}.name`));
    else if (port.name) {
      errors.push(...invalids(`${here}.name`, port.name, dns1123Label(port.name)));
      if (names.has(port.name)) errors.push(duplicate(`${here}.name`, port.name));
      names.add(port.name);
    }
    errors.push(...invalids(`${here}.port`, port.port ?? 0, portNumber(port.port ?? 0)));
    errors.push(...oneOf(port.protocol, ['SCTP', 'TCP', 'UDP'], `${here}.protocol`));
    errors.push(...validatePort(port.targetPort, `${here}.targetPort`));
    const key = `${port.protocol}/${port.port}`;
    if (taken.has(key))
      errors.push(duplicate(here, internalForm('ServicePort', { protocol: port.protocol, port: port.port })));
    taken.add(key);
    return errors;
  });
}

function validateNodePorts({ type, ports = [] }: ServiceSpec): FieldError[] {
  const taken = new Set<string>();
  return ports.flatMap(({ nodePort, protocol }, index) => {
    if (!nodePort) return [];
    const here = `${at('spec.ports', index)}.nodePort`;
    if (type === 'ClusterIP') return [forbidden(here, "may not be used when `type` is 'ClusterIP'")];
    const key = `${protocol}/${nodePort}`;
    if (taken.has(key)) return [duplicate(here, nodePort)];
    taken.add(key);
    return [];
  });
}

function validateAffinityTimeout({ sessionAffinity, sessionAffinityConfig }: ServiceSpec): FieldError[] {
  const path = 'spec.sessionAffinityConfig';
  if (sessionAffinity !== 'ClientIP') {
    return sessionAffinityConfig ? [forbidden(path, 'must not be set when session affinity is None')] : [];
  }
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
      errors.push(required('spec.allocateLoadBalancerNodePorts'));
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
  if (spec.healthCheckNodePort && (spec.type !== 'LoadBalancer' || spec.externalTrafficPolicy !== 'Local'))
    errors.push(
      invalid(
        'spec.healthCheckNodePort',
        spec.healthCheckNodePort,
        "may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'",
      ),
    );
  return [
    ...errors,
    ...optionallyOneOf(spec.internalTrafficPolicy, ['Cluster', 'Local'], 'spec.internalTrafficPolicy'),
    ...optionallyOneOf(
      spec.ipFamilyPolicy,
      ['SingleStack', 'PreferDualStack', 'RequireDualStack'],
      'spec.ipFamilyPolicy',
    ),
  ];
}
