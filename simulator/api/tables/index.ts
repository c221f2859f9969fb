import type { KubeObject, ResourceName, ResourceTypes } from '../../schema/types';
import type { Table } from '../extension-points';
import {
  apiServicePrinter,
  csiDriverPrinter,
  csiNodePrinter,
  csiStorageCapacityPrinter,
  flowSchemaPrinter,
  priorityLevelPrinter,
  volumeAttachmentPrinter,
} from './administration';
import { signingRequestPrinter } from './certificates';
import {
  claimPrinter,
  leasePrinter,
  namespacePrinter,
  nodePrinter,
  priorityClassPrinter,
  runtimeClassPrinter,
  storageClassPrinter,
  volumePrinter,
} from './cluster';
import {
  configMapPrinter,
  eventPrinter,
  quotaPrinter,
  roleBindingPrinter,
  secretPrinter,
  serviceAccountPrinter,
} from './configuration';
import {
  endpointSlicePrinter,
  endpointsPrinter,
  ingressClassPrinter,
  ingressPrinter,
  networkPolicyPrinter,
  servicePrinter,
} from './networking';
import { podPrinter } from './pods';
import type { Printer } from './printer';
import {
  autoscalerPrinter,
  controllerRevisionPrinter,
  cronJobPrinter,
  daemonSetPrinter,
  deploymentPrinter,
  disruptionBudgetPrinter,
  jobPrinter,
  podTemplatePrinter,
  replicaSetPrinter,
  replicationControllerPrinter,
  statefulSetPrinter,
} from './workloads';

const PRINTERS: { [R in ResourceName]?: Printer<ResourceTypes[R]> } = {
  pods: podPrinter,
  configmaps: configMapPrinter,
  secrets: secretPrinter,
  services: servicePrinter,
  endpoints: endpointsPrinter,
  namespaces: namespacePrinter,
  nodes: nodePrinter,
  serviceaccounts: serviceAccountPrinter,
  events: eventPrinter,
  persistentvolumes: volumePrinter,
  persistentvolumeclaims: claimPrinter,
  podtemplates: podTemplatePrinter,
  replicationcontrollers: replicationControllerPrinter,
  resourcequotas: quotaPrinter,
  'deployments.apps': deploymentPrinter,
  'replicasets.apps': replicaSetPrinter,
  'statefulsets.apps': statefulSetPrinter,
  'daemonsets.apps': daemonSetPrinter,
  'controllerrevisions.apps': controllerRevisionPrinter,
  'jobs.batch': jobPrinter,
  'cronjobs.batch': cronJobPrinter,
  'horizontalpodautoscalers.autoscaling': autoscalerPrinter,
  'poddisruptionbudgets.policy': disruptionBudgetPrinter,
  'endpointslices.discovery.k8s.io': endpointSlicePrinter,
  'networkpolicies.networking.k8s.io': networkPolicyPrinter,
  'ingresses.networking.k8s.io': ingressPrinter,
  'ingressclasses.networking.k8s.io': ingressClassPrinter,
  'rolebindings.rbac.authorization.k8s.io': roleBindingPrinter,
  'clusterrolebindings.rbac.authorization.k8s.io': roleBindingPrinter,
  'storageclasses.storage.k8s.io': storageClassPrinter,
  'priorityclasses.scheduling.k8s.io': priorityClassPrinter,
  'runtimeclasses.node.k8s.io': runtimeClassPrinter,
  'leases.coordination.k8s.io': leasePrinter,
  'certificatesigningrequests.certificates.k8s.io': signingRequestPrinter,
  'csidrivers.storage.k8s.io': csiDriverPrinter,
  'csinodes.storage.k8s.io': csiNodePrinter,
  'csistoragecapacities.storage.k8s.io': csiStorageCapacityPrinter,
  'volumeattachments.storage.k8s.io': volumeAttachmentPrinter,
  'apiservices.apiregistration.k8s.io': apiServicePrinter,
  'flowschemas.flowcontrol.apiserver.k8s.io': flowSchemaPrinter,
  'prioritylevelconfigurations.flowcontrol.apiserver.k8s.io': priorityLevelPrinter,
};

/** What the API server prints of a kind without columns of its own (registry/rest DefaultTableConvertor). */
const DEFAULT_PRINTER: Printer<KubeObject> = {
  columns: [
    { name: 'Name', type: 'string', format: 'name', description: '', priority: 0 },
    { name: 'Created At', type: 'date', format: '', description: '', priority: 0 },
  ],
  cells: ({ metadata }) => [metadata.name, metadata.creationTimestamp ?? null],
};

/**
 * The server's half of `kubectl get`: columns and cells as pkg/printers/internalversion makes them; kubectl leaves out
 * those of priority 1 unless asked for `-o wide`. `now` is in milliseconds. Rows stand in the order of `objects`.
 */
export function renderTable(resource: ResourceName, objects: readonly KubeObject[], now: number): Table {
  const printer = (PRINTERS[resource] as Printer<KubeObject> | undefined) ?? DEFAULT_PRINTER;
  return {
    columnDefinitions: printer.columns,
    rows: objects.map((object) => {
      const conditions = printer.conditions?.(object) ?? [];
      return { cells: printer.cells(object, now), ...(conditions.length > 0 && { conditions }) };
    }),
  };
}
