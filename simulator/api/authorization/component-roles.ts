import type { Rule } from './bootstrap-roles';

const READ = ['get', 'list', 'watch'];
const READ_UPDATE = ['get', 'list', 'patch', 'update', 'watch'];
const WRITE = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'];
const CERTIFICATES = 'certificates.k8s.io';
const LEASES = 'coordination.k8s.io';
const STORAGE = 'storage.k8s.io';
const CLAIMS = 'resource.k8s.io';

const rule = (verbs: string[], apiGroup: string, ...resources: string[]): Rule => ({
  verbs,
  apiGroups: [apiGroup],
  resources,
});
const events: Rule = {
  verbs: ['create', 'patch', 'update'],
  apiGroups: ['', 'events.k8s.io'],
  resources: ['events'],
};
const reviews: Rule[] = [
  rule(['create'], 'authentication.k8s.io', 'tokenreviews'),
  rule(['create'], 'authorization.k8s.io', 'subjectaccessreviews'),
];
const approver = (signer: string): Rule[] => [
  { ...rule(['approve'], CERTIFICATES, 'signers'), resourceNames: [`kubernetes.io/${signer}`] },
];
const requests = (part: string): Rule[] => [
  rule(['create'], CERTIFICATES, `certificatesigningrequests/${part}`),
];

/** ClusterRoles for what administrators add to a cluster, and for those who approve certificates (rbac bootstrappolicy). */
export const COMPONENT_ROLES: Readonly<Record<string, Rule[]>> = {
  'system:auth-delegator': reviews,
  'system:certificates.k8s.io:certificatesigningrequests:nodeclient': requests('nodeclient'),
  'system:certificates.k8s.io:certificatesigningrequests:selfnodeclient': requests('selfnodeclient'),
  'system:certificates.k8s.io:kube-apiserver-client-approver': approver('kube-apiserver-client'),
  'system:certificates.k8s.io:kube-apiserver-client-kubelet-approver': approver(
    'kube-apiserver-client-kubelet',
  ),
  'system:certificates.k8s.io:kubelet-serving-approver': approver('kubelet-serving'),
  'system:certificates.k8s.io:legacy-unknown-approver': approver('legacy-unknown'),
  'system:kube-scheduler': [
    events,
    rule(['create'], LEASES, 'leases'),
    { ...rule(['get', 'list', 'update', 'watch'], LEASES, 'leases'), resourceNames: ['kube-scheduler'] },
    rule(WRITE, LEASES, 'leasecandidates'),
    rule(READ, '', 'nodes'),
    rule(['delete', ...READ], '', 'pods'),
    rule(['create'], '', 'bindings', 'pods/binding'),
    rule(['patch', 'update'], '', 'pods/status'),
    rule(READ, '', 'replicationcontrollers', 'services'),
    { verbs: READ, apiGroups: ['apps', 'extensions'], resources: ['replicasets'] },
    rule(READ, 'apps', 'statefulsets'),
    rule(READ, 'policy', 'poddisruptionbudgets'),
    rule(READ, '', 'persistentvolumeclaims', 'persistentvolumes'),
    ...reviews,
    rule(READ, STORAGE, 'csinodes'),
    rule(READ, STORAGE, 'volumeattachments'),
    rule(READ, '', 'namespaces'),
    rule(READ, STORAGE, 'csidrivers'),
    rule(READ, STORAGE, 'csistoragecapacities'),
    rule(READ, CLAIMS, 'deviceclasses'),
    rule(READ_UPDATE, CLAIMS, 'resourceclaims'),
    rule(READ_UPDATE, CLAIMS, 'resourceclaims/status'),
    rule(['update'], '', 'pods/finalizers'),
    rule(READ, CLAIMS, 'resourceslices'),
    rule(['create', 'delete'], CLAIMS, 'resourceclaims'),
    rule(['patch', 'update'], CLAIMS, 'resourceclaims/binding'),
  ],
  'system:kubelet-api-admin': [
    rule(READ, '', 'nodes'),
    rule(['proxy'], '', 'nodes'),
    rule(['*'], '', 'nodes/log', 'nodes/metrics', 'nodes/proxy', 'nodes/stats'),
    rule(['*'], '', 'nodes/configz', 'nodes/healthz', 'nodes/pods'),
  ],
  'system:monitoring': [
    {
      verbs: ['get'],
      nonResourceURLs: [
        '/flagz',
        '/healthz',
        '/healthz/*',
        '/livez',
        '/livez/*',
        '/metrics',
        '/metrics/slis',
        '/readyz',
        '/readyz/*',
        '/statusz',
      ],
    },
    rule(['get'], '', 'nodes/metrics'),
  ],
  'system:node-bootstrapper': [rule(['create', ...READ], CERTIFICATES, 'certificatesigningrequests')],
  'system:node-problem-detector': [rule(['get'], '', 'nodes'), rule(['patch'], '', 'nodes/status'), events],
  'system:persistent-volume-provisioner': [
    rule(['create', 'delete', ...READ], '', 'persistentvolumes'),
    rule(['get', 'list', 'update', 'watch'], '', 'persistentvolumeclaims'),
    rule(READ, STORAGE, 'storageclasses'),
    rule(['watch'], '', 'events'),
    events,
  ],
  'system:volume-scheduler': [
    rule(READ_UPDATE, '', 'persistentvolumes'),
    rule(READ, STORAGE, 'storageclasses'),
    rule(READ_UPDATE, '', 'persistentvolumeclaims'),
  ],
};
