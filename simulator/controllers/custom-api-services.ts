import { CUSTOM_PRIORITY } from '../api/http/discovery';
import { localApiService } from '../bootstrap-administration';
import type { ControllerContext } from './controller';

const API_SERVICES = 'apiservices.apiregistration.k8s.io';
const MANAGED = 'kube-aggregator.kubernetes.io/automanaged';
const VERSION_PRIORITY = 100;

/** Keeps an APIService for every version that CustomResourceDefinitions serve, and no other (crdregistration, autoregister). */
export function registerCustomApiServices({ client, clock }: ControllerContext): void {
  const wanted = new Map<string, { group: string; version: string }>();
  for (const { spec, status } of client.list('customresourcedefinitions.apiextensions.k8s.io')) {
    const established = status?.conditions?.some(
      (condition) => condition.type === 'Established' && condition.status === 'True',
    );
    for (const { name: version, served } of established ? spec.versions : [])
      if (served) wanted.set(`${version}.${spec.group}`, { group: spec.group, version });
  }
  const present = client.list(API_SERVICES, { labelSelector: `${MANAGED}=true` });
  for (const { metadata } of present)
    if (!wanted.delete(metadata.name ?? '')) client.delete(API_SERVICES, '', metadata.name ?? '');
  for (const { group, version } of wanted.values()) {
    const service = localApiService({
      group,
      version,
      priority: CUSTOM_PRIORITY,
      versionPriority: VERSION_PRIORITY,
      managed: 'true',
      now: clock.now(),
    });
    client.create(API_SERVICES, service);
  }
}
