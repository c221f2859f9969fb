import { randomInt } from 'node:crypto';
import { resourceByName } from '../../schema/resources';
import type { Service } from '../../schema/types';
import type { Client } from '../client';
import { deepEqual } from '../deep-equal';
import { ApiError } from '../errors';
import { invalid } from '../refusals';
import { isIPv4 } from '../validation/addresses';
import { at, invalid as invalidField } from '../validation/field-error';
import type { AdmissionRequest } from './request';

type ServiceSpec = NonNullable<Service['spec']>;

const RANGE = '10.96.0.0/16';
const RANGE_PREFIX = '10.96.';
/** Those below `first` are left to those who ask for a certain one (KEP-3070, KEP-3668). */
const ADDRESSES = { lowest: 1, first: 256, last: 65_534 };
/** Fields of a Service that has an address in the cluster. */
const OF_CLUSTER_ADDRESSES = [
  'clusterIP',
  'clusterIPs',
  'ipFamilies',
  'ipFamilyPolicy',
  'internalTrafficPolicy',
] as const;
const PORTS = { lowest: 30_000, first: 30_086, last: 32_767 };

/** What the Service registry allots: cluster addresses and node ports (pkg/registry/core/service/storage alloc.go). */
export function allotAddresses(
  { object, oldObject, name, namespace }: AdmissionRequest,
  client: Client,
): void {
  const service = object as Service;
  const spec = service.spec ?? {};
  service.spec = spec;
  const old = (oldObject as Service | undefined)?.spec;
  const others = client
    .list('services')
    .filter(({ metadata }) => metadata.name !== name || metadata.namespace !== namespace);
  if (old) keepAllotted(spec, old);
  allotClusterIP(spec, others, name);
  allotNodePorts(spec, others, name);
}

/** An update that leaves out what was allotted keeps it, as long as its type needs it (patchAllocatedValues). */
function keepAllotted(spec: ServiceSpec, old: ServiceSpec): void {
  if (spec.type !== 'ExternalName' && old.type !== 'ExternalName') {
    if (!spec.clusterIP && !spec.clusterIPs?.length) {
      spec.clusterIP = old.clusterIP;
      spec.clusterIPs = old.clusterIPs;
    }
    spec.ipFamilies ??= old.ipFamilies;
    spec.ipFamilyPolicy ??= old.ipFamilyPolicy;
  }
  // What nobody changed goes with a type that has no use for it (dropTypeDependentFields).
  if (spec.type === 'ExternalName' && old.type !== 'ExternalName')
    for (const field of OF_CLUSTER_ADDRESSES) if (deepEqual(spec[field], old[field])) delete spec[field];
  const had = hasNodePorts(old);
  for (const port of spec.ports ?? []) {
    const before = old.ports?.find(
      ({ port: number, protocol }) => number === port.port && protocol === port.protocol,
    );
    if (hasNodePorts(spec) && !port.nodePort && had && before?.nodePort) port.nodePort = before.nodePort;
    if (!hasNodePorts(spec) && had && port.nodePort === before?.nodePort) delete port.nodePort;
  }
  if (!hasNodePorts(spec) && had && spec.externalTrafficPolicy === old.externalTrafficPolicy)
    delete spec.externalTrafficPolicy;
  if (spec.type !== 'LoadBalancer' && old.type === 'LoadBalancer') delete spec.allocateLoadBalancerNodePorts;
}

function allotClusterIP(spec: ServiceSpec, others: readonly Service[], name: string): void {
  if (spec.type === 'ExternalName') return;
  spec.ipFamilies ??= ['IPv4'];
  spec.ipFamilyPolicy ??= 'SingleStack';
  const asked = spec.clusterIP || spec.clusterIPs?.[0];
  if (asked === 'None') {
    spec.clusterIP = 'None';
    spec.clusterIPs ??= ['None'];
    return;
  }
  const taken = new Set(others.map((other) => other.spec?.clusterIP));
  if (asked) {
    spec.clusterIP = asked;
    spec.clusterIPs ??= [asked];
    const problem = !isIPv4(asked)
      ? undefined
      : !asked.startsWith(RANGE_PREFIX)
        ? 'the provided network does not match the current range'
        : asked === addressOf(0) || asked === addressOf(65_535)
          ? `the provided IP (${asked}) is not in the valid range. The range of valid IPs is ${RANGE}`
          : taken.has(asked)
            ? 'provided IP is already allocated'
            : undefined;
    if (problem)
      throw refuse(name, 'spec.clusterIPs', spec.clusterIPs, `failed to allocate IP ${asked}: ${problem}`);
    return;
  }
  const free = pickFree(
    ADDRESSES,
    (number) => !taken.has(addressOf(number)),
    `failed to allocate a serviceIP for Service ${JSON.stringify(name)}`,
  );
  spec.clusterIP = addressOf(free);
  spec.clusterIPs = [spec.clusterIP];
}

function allotNodePorts(spec: ServiceSpec, others: readonly Service[], name: string): void {
  if (!hasNodePorts(spec)) return;
  const taken = new Set(
    others.flatMap((other) =>
      (other.spec?.ports ?? []).map(({ nodePort, protocol }) => `${protocol}/${nodePort}`),
    ),
  );
  for (const [index, port] of (spec.ports ?? []).entries()) {
    const path = `${at('spec.ports', index)}.nodePort`;
    if (port.nodePort) {
      if (port.nodePort < PORTS.lowest || port.nodePort > PORTS.last)
        throw refuse(
          name,
          path,
          port.nodePort,
          `provided port is not in the valid range. The range of valid ports is ${PORTS.lowest}-${PORTS.last}`,
        );
      if (taken.has(`${port.protocol}/${port.nodePort}`))
        throw refuse(name, path, port.nodePort, 'provided port is already allocated');
    } else {
      port.nodePort = pickFree(
        PORTS,
        (number) => !taken.has(`${port.protocol}/${number}`),
        'failed to allocate a nodePort',
      );
    }
    taken.add(`${port.protocol}/${port.nodePort}`);
  }
}

function hasNodePorts({ type, allocateLoadBalancerNodePorts }: ServiceSpec): boolean {
  return type === 'NodePort' || (type === 'LoadBalancer' && allocateLoadBalancerNodePorts !== false);
}

function pickFree(
  { lowest, first, last }: typeof ADDRESSES,
  isFree: (number: number) => boolean,
  failure: string,
): number {
  const start = randomInt(first, last + 1);
  for (let step = 0; step <= last - first; step += 1) {
    const number = first + ((start - first + step) % (last - first + 1));
    if (isFree(number)) return number;
  }
  // Only when the rest is gone, what is left to those who ask for a certain one.
  for (let number = lowest; number < first; number += 1) if (isFree(number)) return number;
  throw new ApiError(500, 'InternalError', `Internal error occurred: ${failure}: range is full`);
}

function addressOf(number: number): string {
  return `${RANGE_PREFIX}${number >> 8}.${number & 255}`;
}

function refuse(name: string, path: string, value: unknown, detail: string): Error {
  return invalid(resourceByName('services'), name, [invalidField(path, value, detail)]);
}
