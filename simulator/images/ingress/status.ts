import type { Process } from '../../runtime/process';
import type { Ingress, Pod, Service } from '../../schema/types';
import { klog } from '../agnhost/klog';
import { ApiFailure } from './api-client';
import type { ClusterState } from './cluster-state';
import type { Settings } from './program';

/** Between two looks, when nothing has changed. */
const everyMs = 60_000;
/** Changes are gathered for so long. */
const settleMs = 300;

type Address = { ip?: string; hostname?: string };

/** Writes the controller's address into the status of the Ingresses that it serves. */
export async function publishStatus(
  process: Process,
  state: ClusterState,
  settings: Settings,
): Promise<void> {
  const seen = new Map<string, string>();
  let changed = true;
  let wake: () => void = () => undefined;
  state.onChange(() => {
    changed = true;
    wake();
  });
  while (!process.status) {
    changed = false;
    const addresses = await addressesOf(process, state, settings);
    for (const ingress of state.served()) {
      const { namespace = '', name = '', uid = '', generation } = ingress.metadata;
      const version = `${generation}`;
      if (seen.get(uid) !== version) await state.record(ingress, 'Sync', 'Scheduled for sync');
      seen.set(uid, version);
      const current = JSON.stringify(ingress.status?.loadBalancer?.ingress ?? []);
      const wanted = JSON.stringify(addresses);
      if (current === wanted) continue;
      await klog(
        process,
        `"updating Ingress status" namespace="${namespace}" ingress="${name}" currentValue=${current} newValue=${wanted}`,
        'status.go:304',
      );
      await publish(process, state, ingress, addresses);
    }
    await new Promise<void>((resolve) => {
      const timer = process.clock.after(everyMs, resolve);
      wake = () => {
        wake = () => undefined;
        timer.cancel();
        process.clock.after(settleMs, resolve);
      };
      if (changed) wake();
    });
  }
}

async function publish(
  process: Process,
  state: ClusterState,
  { metadata }: Ingress,
  addresses: Address[],
): Promise<void> {
  try {
    await state.api.request({
      method: 'PATCH',
      path: `/apis/networking.k8s.io/v1/namespaces/${metadata.namespace}/ingresses/${metadata.name}/status`,
      contentType: 'application/merge-patch+json',
      body: { status: { loadBalancer: { ingress: addresses } } },
    });
  } catch (error) {
    if (!(error instanceof ApiFailure)) throw error;
    await klog(process, `error updating ingress rule: ${error.message}`, 'status.go:307', 'W');
  }
}

/** Labels that only one generation of Pods has. */
const ofController = /^(pod-template-hash|controller-revision-hash|pod-template-generation)$/;

/** What --publish-status-address or --publish-service say, else the nodes of all its replicas (ingress-nginx runningAddresses). */
async function addressesOf(
  process: Process,
  { services, api }: ClusterState,
  { publishAddress, publishService }: Settings,
): Promise<Address[]> {
  if (publishAddress) return publishAddress.split(',').map(addressOf);
  if (publishService) {
    const [namespace = '', name = ''] = publishService.split('/');
    const service = services.get(namespace, name);
    return service ? ofService(service) : [];
  }
  const [namespace, name] = [process.env.get('POD_NAMESPACE'), process.env.get('POD_NAME')];
  if (!namespace || !name) return [];
  try {
    const pods = `/api/v1/namespaces/${namespace}/pods`;
    const own = (await api.request({ path: `${pods}/${name}` })) as Pod;
    const labels = Object.entries(own.metadata.labels ?? {}).filter(([label]) => !ofController.test(label));
    const selector = encodeURIComponent(labels.map((pair) => pair.join('=')).join());
    const { items } = (await api.request({ path: `${pods}?labelSelector=${selector}` })) as { items: Pod[] };
    const ready = items.filter(({ status }) =>
      status?.conditions?.some(({ type, status: is }) => type === 'Ready' && is === 'True'),
    );
    return [...new Set(ready.map(({ status }) => status?.hostIP ?? ''))].sort().map((ip) => ({ ip }));
  } catch (error) {
    if (!(error instanceof ApiFailure)) throw error;
    await klog(process, `error obtaining running IP address: ${error.message}`, 'status.go:84', 'E');
    return [];
  }
}

/** ingress-nginx statusAddressFromService. */
function ofService({ spec, status }: Service): Address[] {
  const external = (spec?.externalIPs ?? []).map((ip) => ({ ip }));
  if (spec?.type === 'ExternalName') return [{ hostname: spec.externalName ?? '' }];
  if (spec?.type === 'LoadBalancer')
    return [
      ...(status?.loadBalancer?.ingress ?? []).map(({ ip, hostname }) =>
        ip ? { ip } : { hostname: hostname ?? '' },
      ),
      ...external,
    ];
  if (external.length > 0) return external;
  return spec?.clusterIP && spec.clusterIP !== 'None' ? [{ ip: spec.clusterIP }] : [];
}

function addressOf(text: string): Address {
  return /^[\d.]+$/.test(text) ? { ip: text } : { hostname: text };
}
