import type { Ingress, IngressClass, NetworkPolicy } from '../../schema/types';
import type { FieldError } from '../extension-points';
import { cidr, isIPv4, isIPv6, isStrictSubset } from './addresses';
import { at, forbidden, invalid, invalids, notSupported, required } from './field-error';
import { immutable } from './metadata';
import {
  dns1123Label,
  dns1123Subdomain,
  domainPrefixedPath,
  pathSegment,
  portName,
  portNumber,
  wildcardSubdomain,
} from './names';
import { validateLabelSelector } from './selectors';
import { optionallyOneOf, validatePort } from './values';

type IngressSpec = NonNullable<Ingress['spec']>;
type Backend = NonNullable<IngressSpec['defaultBackend']>;
type IngressPath = NonNullable<NonNullable<IngressSpec['rules']>[number]['http']>['paths'][number];
type PolicySpec = NonNullable<NetworkPolicy['spec']>;
type PolicyPort = NonNullable<NonNullable<PolicySpec['ingress']>[number]['ports']>[number];
type PolicyPeer = NonNullable<NonNullable<PolicySpec['ingress']>[number]['from']>[number];

const ILLEGAL_IN_PATH = ['//', '/./', '/../', '%2f', '%2F'];

const OLD_CLASS = 'kubernetes.io/ingress.class';

/** networking/validation ValidateIngressCreate, without metadata. */
export function validateIngress(ingress: Ingress): FieldError[] {
  const errors = validateIngressSpec(ingress.spec);
  const old = ingress.metadata.annotations?.[OLD_CLASS];
  const name = ingress.spec?.ingressClassName;
  if (old !== undefined && name !== undefined && old !== name)
    errors.push(
      invalid(`annotations.${OLD_CLASS}`, old, 'must match `ingressClassName` when both are specified'),
    );
  return errors;
}

export function validateIngressUpdate({ spec }: Ingress): FieldError[] {
  return validateIngressSpec(spec);
}

function validateIngressSpec(spec: Ingress['spec']): FieldError[] {
  const errors: FieldError[] = [];
  if (!spec?.rules?.length && !spec?.defaultBackend)
    errors.push(invalid('spec', spec?.rules ?? null, 'either `defaultBackend` or `rules` must be specified'));
  if (spec?.defaultBackend) errors.push(...validateBackend(spec.defaultBackend, 'spec.defaultBackend'));
  for (const [index, rule] of (spec?.rules ?? []).entries()) {
    const here = at('spec.rules', index);
    if (rule.host) {
      if (isIPv4(rule.host) || isIPv6(rule.host))
        errors.push(invalid(`${here}.host`, rule.host, 'must be a DNS name, not an IP address'));
      errors.push(...validateHost(rule.host, `${here}.host`));
    }
    if (!rule.http) continue;
    if (!rule.http.paths?.length) errors.push(required(`${here}.http.paths`));
    errors.push(
      ...(rule.http.paths ?? []).flatMap((path, position) =>
        validatePath(path, at(`${here}.http.paths`, position)),
      ),
    );
  }
  for (const [index, { hosts = [], secretName }] of (spec?.tls ?? []).entries()) {
    const here = at('spec.tls', index);
    errors.push(...hosts.flatMap((host, position) => validateHost(host, at(`${here}.hosts`, position))));
    if (secretName) errors.push(...invalids(`${here}.secretName`, secretName, dns1123Subdomain(secretName)));
  }
  const name = spec?.ingressClassName;
  if (name !== undefined) errors.push(...invalids('spec.ingressClassName', name, dns1123Subdomain(name)));
  return errors;
}

/** networking/validation ValidateIngressClass, without metadata. */
export function validateIngressClass({ spec }: IngressClass): FieldError[] {
  const errors = domainPrefixedPath(spec?.controller, 'spec.controller');
  if (!spec?.parameters) return errors;
  const path = 'spec.parameters';
  const { kind, name, scope, namespace } = spec.parameters;
  if (!kind) errors.push(required(`${path}.kind`));
  if (!name) errors.push(required(`${path}.name`));
  errors.push(...optionallyOneOf(scope, ['Cluster', 'Namespace'], `${path}.scope`));
  if (scope === 'Namespace' && !namespace)
    errors.push(required(`${path}.namespace`, "`parameters.scope` is set to 'Namespace'"));
  if (scope === 'Cluster' && namespace !== undefined)
    errors.push(forbidden(`${path}.namespace`, "`parameters.scope` is set to 'Cluster'"));
  return errors;
}

export function validateIngressClassUpdate(ingressClass: IngressClass, old: IngressClass): FieldError[] {
  return [
    ...immutable(ingressClass.spec?.controller, old.spec?.controller, 'spec.controller'),
    ...validateIngressClass(ingressClass),
  ];
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
      errors.push(notSupported(at('spec.policyTypes', index), type, ['Ingress', 'Egress']));
  return errors;
}

function validateHost(host: string, path: string): FieldError[] {
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
  if (resource) return validateResourceBackend(resource, `${path}.resource`);
  if (!service) return [invalid(path, '', 'resource or service backend is required')];
  const here = `${path}.service`;
  const errors = service.name
    ? invalids(`${here}.name`, service.name, dns1123Label(service.name))
    : [required(`${here}.name`)];
  const { name, number } = service.port ?? {};
  if (name && number) errors.push(invalid(path, '', 'cannot set both port name & port number'));
  else if (name) errors.push(...invalids(`${here}.port.name`, name, portName(name)));
  else if (number) errors.push(...invalids(`${here}.port.number`, number, portNumber(number)));
  else errors.push(required(path, 'port name or number is required'));
  return errors;
}

function validateResourceBackend(
  { apiGroup, kind, name }: NonNullable<Backend['resource']>,
  path: string,
): FieldError[] {
  return [
    ...(apiGroup === undefined ? [] : invalids(`${path}.apiGroup`, apiGroup, dns1123Subdomain(apiGroup))),
    ...Object.entries({ kind, name }).flatMap(([field, value]) =>
      value ? invalids(`${path}.${field}`, value, pathSegment(value)) : [required(`${path}.${field}`)],
    ),
  ];
}

/** networking/validation ValidateNetworkPolicyPort. */
function validatePolicyPort({ port, protocol, endPort }: PolicyPort, path: string): FieldError[] {
  const errors = optionallyOneOf(protocol, ['TCP', 'UDP', 'SCTP'], `${path}.protocol`);
  const here = `${path}.endPort`;
  if (typeof port === 'number') {
    errors.push(...validatePort(port, `${path}.port`));
    if (endPort === undefined) return errors;
    // Upstream shows the first port here.
    if (endPort < port) errors.push(invalid(here, port, 'must be greater than or equal to `port`'));
    return [...errors, ...invalids(here, endPort, portNumber(endPort))];
  }
  const what = port === undefined ? 'not specified' : 'non-numeric';
  if (endPort !== undefined)
    errors.push(invalid(here, endPort, `may not be specified when \`port\` is ${what}`));
  return port === undefined ? errors : [...errors, ...validatePort(port, `${path}.port`)];
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
    return isStrictSubset(range, block.cidr)
      ? []
      : [invalid(here, range, `must be a strict subset of \`cidr\``)];
  });
}
