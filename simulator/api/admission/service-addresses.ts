import { randomInt } from 'node:crypto';
import { resourceByName } from '../../schema/resources';
import { SERVICE_RANGE, SERVICE_RANGE_PREFIX } from '../../schema/service-range';
import type { Service } from '../../schema/types';
import type { Client } from '../client';
import { deepEqual } from '../deep-equal';
import { ApiError } from '../errors';
import { invalid } from '../refusals';
import { isIPv4 } from '../validation/addresses';
import { at, invalid as invalidField } from '../validation/field-error';
import type { AdmissionRequest } from './request';

type ServiceSpec = NonNullable<Service['spec']>;

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
  // What has its address keeps it: validation sees to that.
  if (!old || old.type === 'ExternalName') allotClusterIP(spec, others, name);
  allotNodePorts(spec, others, name);
}

/**
 * An update that leaves out what was allotted keeps it, as long as its type needs it (normalizeClusterIPs, patchAllocatedValues
 * and dropTypeDependentFields).
 */
function keepAllotted(spec: ServiceSpec, old: ServiceSpec): void {
  const sameAddresses = !spec.clusterIPs?.length || deepEqual(spec.clusterIPs, old.clusterIPs);
  if (spec.clusterIP && spec.clusterIP !== old.clusterIP && sameAddresses) spec.clusterIPs = [spec.clusterIP];
  if (spec.type !== 'ExternalName' && old.type !== 'ExternalName') {
    spec.clusterIP ||= old.clusterIP;
    if (!spec.clusterIPs?.length) spec.clusterIPs = old.clusterIPs;
    spec.ipFamilies ??= old.ipFamilies;
    spec.ipFamilyPolicy ??= old.ipFamilyPolicy;
  }
  // What nobody changed goes with a type that has no use for it.
  if (spec.type === 'ExternalName' && old.type !== 'ExternalName')
    for (const field of OF_CLUSTER_ADDRESSES) if (deepEqual(spec[field], old[field])) delete spec[field];
  keepNodePorts(spec, old);
  if (!hasNodePorts(spec) && hasNodePorts(old) && spec.externalTrafficPolicy === old.externalTrafficPolicy)
    delete spec.externalTrafficPolicy;
  if (spec.type === 'LoadBalancer' || old.type !== 'LoadBalancer') return;
  for (const field of ['allocateLoadBalancerNodePorts', 'loadBalancerClass'] as const)
    if (spec[field] === old[field]) delete spec[field];
}

/** A port keeps its node port under its name, whatever else of it changes; none is kept where none can be. */
function keepNodePorts(spec: ServiceSpec, old: ServiceSpec): void {
  if (!hasNodePorts(old)) return;
  const ports = spec.ports ?? [];
  const before = new Map(old.ports?.map(({ name = '', nodePort }) => [name, nodePort]));
  const named = new Set(ports.map(({ nodePort }) => nodePort));
  if (hasNodePorts(spec)) {
    for (const port of ports) {
      const kept = before.get(port.name ?? '');
      if (!port.nodePort && kept && !named.has(kept)) port.nodePort = kept;
    }
    return;
  }
  const known = [...before.values()];
  if (ports.every(({ nodePort }) => !nodePort || known.includes(nodePort)))
    for (const port of ports) delete port.nodePort;
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
      : !asked.startsWith(SERVICE_RANGE_PREFIX)
        ? 'the provided network does not match the current range'
        : asked === addressOf(0) || asked === addressOf(65_535)
          ? `the provided IP (${asked}) is not in the valid range. The range of valid IPs is ${SERVICE_RANGE}`
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
  return `${SERVICE_RANGE_PREFIX}${number >> 8}.${number & 255}`;
}

function refuse(name: string, path: string, value: unknown, detail: string): Error {
  return invalid(resourceByName('services'), name, [invalidField(path, value, detail)]);
}
