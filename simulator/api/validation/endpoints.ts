import type { EndpointSlice, Endpoints } from '../../schema/types';
import { deepEqual } from '../deep-equal';
import type { FieldError } from '../extension-points';
import { endpointAddress, ipAddress, isIPv4, isIPv6 } from './addresses';
import { at, duplicate, invalid, invalids, required, tooMany } from './field-error';
import { immutable } from './metadata';
import { dns1123Label, dns1123Subdomain, portNumber, qualifiedName } from './names';
import { oneOf } from './values';

type Subset = NonNullable<Endpoints['subsets']>[number];
type SliceEndpoint = NonNullable<EndpointSlice['endpoints']>[number];

const PROTOCOLS = ['SCTP', 'TCP', 'UDP'];
const MOST_ENDPOINTS = 1000;
const MOST_ADDRESSES = 100;

/** core/validation ValidateEndpoints, without metadata. What does not change is put up with. */
export function validateEndpoints({ subsets = [] }: Endpoints, old?: Endpoints): FieldError[] {
  if (old && deepEqual(subsets, old.subsets ?? [])) return [];
  return subsets.flatMap(({ addresses = [], notReadyAddresses = [], ports = [] }, index) => {
    const here = at('subsets', index);
    const lists = { addresses, notReadyAddresses };
    return [
      ...(addresses.length + notReadyAddresses.length > 0
        ? []
        : [required(here, 'must specify `addresses` or `notReadyAddresses`')]),
      ...Object.entries(lists).flatMap(([name, list]) =>
        list.flatMap((address, position) => validateAddress(address, at(`${here}.${name}`, position))),
      ),
      ...ports.flatMap((port, position) =>
        validatePort(port, ports.length > 1, at(`${here}.ports`, position)),
      ),
    ];
  });
}

function validateAddress(
  { ip, hostname, nodeName }: NonNullable<Subset['addresses']>[number],
  path: string,
): FieldError[] {
  const problems = ipAddress(ip);
  return [
    ...invalids(`${path}.ip`, ip, problems),
    ...(hostname ? invalids(`${path}.hostname`, hostname, dns1123Label(hostname)) : []),
    ...(nodeName ? invalids(`${path}.nodeName`, nodeName, dns1123Subdomain(nodeName)) : []),
    ...(problems.length > 0 ? [] : invalids(`${path}.ip`, ip, endpointAddress(ip))),
  ];
}

function validatePort(
  { name, port, protocol, appProtocol }: NonNullable<Subset['ports']>[number],
  named: boolean,
  path: string,
): FieldError[] {
  return [
    ...(name ? invalids(`${path}.name`, name, dns1123Label(name)) : named ? [required(`${path}.name`)] : []),
    ...invalids(`${path}.port`, port ?? 0, portNumber(port ?? 0)),
    ...oneOf(protocol, PROTOCOLS, `${path}.protocol`),
    ...(appProtocol ? invalids(`${path}.appProtocol`, appProtocol, qualifiedName(appProtocol)) : []),
  ];
}

/** discovery/validation ValidateEndpointSlice, without metadata. */
export function validateEndpointSlice(slice: EndpointSlice, old?: EndpointSlice): FieldError[] {
  const { addressType, ports, endpoints } = slice;
  const names = new Set<string>();
  return [
    ...oneOf(addressType, ['FQDN', 'IPv4', 'IPv6'], 'addressType'),
    ...(ports ?? []).flatMap(({ name = '', protocol, appProtocol }, index) => {
      const here = at('ports', index);
      const errors = name ? invalids(`${here}.name`, name, dns1123Label(name)) : [];
      if (names.has(name)) errors.push(duplicate(`${here}.name`, name));
      names.add(name);
      return [
        ...errors,
        ...oneOf(protocol, PROTOCOLS, `${here}.protocol`),
        ...(appProtocol ? invalids(`${here}.appProtocol`, appProtocol, qualifiedName(appProtocol)) : []),
      ];
    }),
    ...(old && deepEqual(endpoints, old.endpoints) ? [] : validateSliceEndpoints(slice)),
  ];
}

export function validateEndpointSliceUpdate(slice: EndpointSlice, old: EndpointSlice): FieldError[] {
  return [
    ...validateEndpointSlice(slice, old),
    ...immutable(slice.addressType, old.addressType, 'addressType'),
  ];
}

function validateSliceEndpoints({ addressType, endpoints }: EndpointSlice): FieldError[] {
  const all = endpoints ?? [];
  if (all.length > MOST_ENDPOINTS) return [tooMany('endpoints', all.length, MOST_ENDPOINTS)];
  return all.flatMap((endpoint, index) =>
    validateSliceEndpoint(endpoint, addressType, at('endpoints', index)),
  );
}

function validateSliceEndpoint(
  { addresses = [], hostname, nodeName }: SliceEndpoint,
  type: string,
  path: string,
): FieldError[] {
  const here = `${path}.addresses`;
  const errors: FieldError[] = [];
  if (addresses.length === 0) errors.push(required(here, 'must contain at least 1 address'));
  if (addresses.length > MOST_ADDRESSES) errors.push(tooMany(here, addresses.length, MOST_ADDRESSES));
  for (const [index, address] of addresses.entries())
    errors.push(...validateSliceAddress(address, type, here, index));
  if (nodeName !== undefined)
    errors.push(...invalids(`${path}.nodeName`, nodeName, dns1123Subdomain(nodeName)));
  if (hostname !== undefined) errors.push(...invalids(`${path}.hostname`, hostname, dns1123Label(hostname)));
  return errors;
}

function validateSliceAddress(address: string, type: string, path: string, index: number): FieldError[] {
  const here = at(path, index);
  if (type === 'FQDN') return validateDomainName(address, here);
  if (type !== 'IPv4' && type !== 'IPv6') return [];
  const problems = ipAddress(address);
  if (problems.length > 0) return invalids(here, address, problems);
  const fits = type === 'IPv4' ? isIPv4(address) : isIPv6(address);
  return [
    ...(fits ? [] : [invalid(path, address, `must be an ${type} address`)]),
    ...invalids(here, address, endpointAddress(address)),
  ];
}

/** validation.IsFullyQualifiedDomainName. */
function validateDomainName(value: string, path: string): FieldError[] {
  if (!value) return [required(path)];
  const name = value.replace(/\.$/, '');
  const problems = dns1123Subdomain(name);
  if (problems.length > 0) return [invalid(path, name, problems.join(','))];
  return name.includes('.')
    ? []
    : [invalid(path, name, 'should be a domain with at least two segments separated by dots')];
}
