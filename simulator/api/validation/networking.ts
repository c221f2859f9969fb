import type { EndpointSlice, Ingress, IngressClass, NetworkPolicy } from '../../schema/types';
import type { FieldError } from '../extension-points';
import { at, forbidden, invalid, invalids, notSupported, required } from './field-error';
import { immutable } from './metadata';
import {
  cidr,
  dns1035Label,
  dns1123Label,
  dns1123Subdomain,
  isIPv4,
  portName,
  portNumber,
  wildcardSubdomain,
} from './names';
import { validateLabelSelector } from './selectors';
import { oneOf, validatePort } from './values';

type IngressSpec = NonNullable<Ingress['spec']>;
type Backend = NonNullable<IngressSpec['defaultBackend']>;
type IngressPath = NonNullable<NonNullable<IngressSpec['rules']>[number]['http']>['paths'][number];
type PolicySpec = NonNullable<NetworkPolicy['spec']>;
type PolicyPort = NonNullable<NonNullable<PolicySpec['ingress']>[number]['ports']>[number];
type PolicyPeer = NonNullable<NonNullable<PolicySpec['ingress']>[number]['from']>[number];

const PROTOCOLS = ['SCTP', 'TCP', 'UDP'];
const ILLEGAL_IN_PATH = ['//', '/./', '/../', '%2f', '%2F'];

/** networking/validation ValidateIngress, without metadata. */
export function validateIngress({ spec }: Ingress): FieldError[] {
  const errors: FieldError[] = [];
  if (!spec?.rules?.length && !spec?.defaultBackend)
    errors.push(invalid('spec', spec?.rules ?? [], 'either `defaultBackend` or `rules` must be specified'));
  if (spec?.defaultBackend) errors.push(...validateBackend(spec.defaultBackend, 'spec.defaultBackend'));
  for (const [index, rule] of (spec?.rules ?? []).entries()) {
    const here = at('spec.rules', index);
    if (rule.host) errors.push(...validateHost(rule.host, `${here}.host`));
    if (!rule.http) continue;
    if (rule.http.paths.length === 0) errors.push(required(`${here}.http.paths`));
    errors.push(
      ...rule.http.paths.flatMap((path, position) => validatePath(path, at(`${here}.http.paths`, position))),
    );
  }
  for (const [index, tls] of (spec?.tls ?? []).entries())
    for (const [position, host] of (tls.hosts ?? []).entries())
      errors.push(...validateHost(host, at(`${at('spec.tls', index)}.hosts`, position)));
  if (spec?.ingressClassName)
    errors.push(
      ...invalids('spec.ingressClassName', spec.ingressClassName, dns1123Subdomain(spec.ingressClassName)),
    );
  return errors;
}

/** networking/validation ValidateIngressClass, without metadata. */
export function validateIngressClass({ spec }: IngressClass): FieldError[] {
  return spec?.controller ? [] : [required('spec.controller')];
}

export function validateIngressClassUpdate(ingressClass: IngressClass, old: IngressClass): FieldError[] {
  return immutable(ingressClass.spec?.controller, old.spec?.controller, 'spec.controller');
}

/** networking/validation ValidateNetworkPolicy, without metadata. */
export function validateNetworkPolicy({ spec }: NetworkPolicy): FieldError[] {
  const errors = validateLabelSelector(spec?.podSelector, 'spec.podSelector');
  for (const [index, { ports = [], from = [] }] of (spec?.ingress ?? []).entries()) {
    const here = at('spec.ingress', index);
    errors.push(
      ...ports.flatMap((port, position) => validatePolicyPort(port, at(`${here}.ports`, position))),
    );
    errors.push(...from.flatMap((peer, position) => validatePeer(peer, at(`${here}.from`, position))));
  }
  for (const [index, { ports = [], to = [] }] of (spec?.egress ?? []).entries()) {
    const here = at('spec.egress', index);
    errors.push(
      ...ports.flatMap((port, position) => validatePolicyPort(port, at(`${here}.ports`, position))),
    );
    errors.push(...to.flatMap((peer, position) => validatePeer(peer, at(`${here}.to`, position))));
  }
  const types = spec?.policyTypes ?? [];
  if (types.length > 2)
    return [...errors, invalid('spec.policyTypes', types, 'may not specify more than two policyTypes')];
  for (const [index, type] of types.entries())
    if (type !== 'Ingress' && type !== 'Egress')
      errors.push(notSupported(at('spec.policyTypes', index), type, ['Egress', 'Ingress']));
  return errors;
}

/** discovery/validation ValidateEndpointSlice, without metadata. */
export function validateEndpointSlice({ addressType, ports, endpoints }: EndpointSlice): FieldError[] {
  return [
    ...oneOf(addressType, ['FQDN', 'IPv4', 'IPv6'], 'addressType'),
    ...(endpoints ?? []).flatMap(({ addresses }, index) =>
      addresses?.length
        ? []
        : [required(`${at('endpoints', index)}.addresses`, 'must contain at least 1 address')],
    ),
    ...(ports ?? []).flatMap(({ name, protocol, port }, index) => {
      const here = at('ports', index);
      return [
        ...(name ? invalids(`${here}.name`, name, dns1123Label(name)) : []),
        ...oneOf(protocol, PROTOCOLS, `${here}.protocol`),
        ...(port === undefined ? [] : invalids(`${here}.port`, port, portNumber(port))),
      ];
    }),
  ];
}

export function validateEndpointSliceUpdate(slice: EndpointSlice, old: EndpointSlice): FieldError[] {
  return [...validateEndpointSlice(slice), ...immutable(slice.addressType, old.addressType, 'addressType')];
}

function validateHost(host: string, path: string): FieldError[] {
  if (isIPv4(host)) return [invalid(path, host, 'must be a DNS name, not an IP address')];
  return invalids(path, host, host.includes('*') ? wildcardSubdomain(host) : dns1123Subdomain(host));
}

function validatePath({ path = '', pathType, backend }: IngressPath, here: string): FieldError[] {
  const errors: FieldError[] = [];
  if (pathType === undefined) return [required(`${here}.pathType`, 'pathType must be specified')];
  if (pathType === 'Exact' || pathType === 'Prefix') {
    if (!path.startsWith('/')) errors.push(invalid(`${here}.path`, path, 'must be an absolute path'));
    for (const illegal of ILLEGAL_IN_PATH)
      if (path.includes(illegal)) errors.push(invalid(`${here}.path`, path, `must not contain '${illegal}'`));
    for (const ending of ['/..', '/.'])
      if (path.endsWith(ending)) errors.push(invalid(`${here}.path`, path, `cannot end with '${ending}'`));
  } else if (pathType === 'ImplementationSpecific') {
    if (path && !path.startsWith('/')) errors.push(invalid(`${here}.path`, path, 'must be an absolute path'));
  } else {
    errors.push(notSupported(`${here}.pathType`, pathType, ['Exact', 'ImplementationSpecific', 'Prefix']));
  }
  return [...errors, ...validateBackend(backend, `${here}.backend`)];
}

function validateBackend(backend: Backend | undefined, path: string): FieldError[] {
  const { service, resource } = backend ?? {};
  if (service && resource) return [invalid(path, '', 'cannot set both resource and service backends')];
  if (resource) return resource.name ? [] : [required(`${path}.resource.name`)];
  if (!service) return [required(path, 'resource or service backend is required')];
  const here = `${path}.service`;
  const errors = service.name
    ? invalids(`${here}.name`, service.name, dns1035Label(service.name))
    : [required(`${here}.name`)];
  const { name, number } = service.port ?? {};
  if (name && number) errors.push(invalid(here, '', 'cannot set both port name & port number'));
  else if (name) errors.push(...invalids(`${here}.port.name`, name, portName(name)));
  else if (number) errors.push(...invalids(`${here}.port.number`, number, portNumber(number)));
  else errors.push(required(here, 'port name or number is required'));
  return errors;
}

function validatePolicyPort({ port, protocol, endPort }: PolicyPort, path: string): FieldError[] {
  const errors: FieldError[] = [];
  if (protocol !== undefined && !PROTOCOLS.includes(protocol))
    errors.push(notSupported(`${path}.protocol`, protocol, PROTOCOLS));
  if (port !== undefined) errors.push(...validatePort(port, `${path}.port`));
  if (endPort === undefined) return errors;
  if (port === undefined)
    errors.push(required(`${path}.port`, 'must be specified when `endPort` is specified'));
  else if (typeof port === 'string')
    errors.push(invalid(`${path}.endPort`, endPort, 'may not be specified when `port` is non-numeric'));
  else if (endPort < port)
    errors.push(invalid(`${path}.endPort`, endPort, 'must be greater than or equal to `port`'));
  return errors;
}

function validatePeer({ podSelector, namespaceSelector, ipBlock }: PolicyPeer, path: string): FieldError[] {
  const errors: FieldError[] = [];
  if (podSelector) errors.push(...validateLabelSelector(podSelector, `${path}.podSelector`));
  if (namespaceSelector)
    errors.push(...validateLabelSelector(namespaceSelector, `${path}.namespaceSelector`));
  if (ipBlock) errors.push(...validateIpBlock(ipBlock, `${path}.ipBlock`));
  if (!podSelector && !namespaceSelector && !ipBlock) return [required(path, 'must specify a peer')];
  if (ipBlock && (podSelector || namespaceSelector))
    errors.push(forbidden(path, 'may not specify both ipBlock and another peer'));
  return errors;
}

function validateIpBlock(block: NonNullable<PolicyPeer['ipBlock']>, path: string): FieldError[] {
  if (!block.cidr) return [required(`${path}.cidr`)];
  const problems = cidr(block.cidr);
  if (problems.length > 0) return invalids(`${path}.cidr`, block.cidr, problems);
  return (block.except ?? []).flatMap((range, index) => {
    const here = at(`${path}.except`, index);
    const wrong = cidr(range);
    if (wrong.length > 0) return invalids(here, range, wrong);
    return contains(block.cidr, range) ? [] : [invalid(here, range, `must be a strict subset of \`cidr\``)];
  });
}

/** Whether one IPv4 range lies strictly within another; other ranges are taken on trust. */
function contains(outer: string, inner: string): boolean {
  const [outerBase = '', outerBits = ''] = outer.split('/');
  const [innerBase = '', innerBits = ''] = inner.split('/');
  if (!isIPv4(outerBase) || !isIPv4(innerBase)) return true;
  const prefix = (ip: string) =>
    Math.floor(
      ip.split('.').reduce((sum, part) => sum * 256 + Number(part), 0) / 2 ** (32 - Number(outerBits)),
    );
  return Number(innerBits) > Number(outerBits) && prefix(outerBase) === prefix(innerBase);
}
