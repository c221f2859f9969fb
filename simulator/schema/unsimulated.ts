/** A kind of Kubernetes that the embedded cluster knows by name only: discovery lists it, and every use is refused. */
export interface UnsimulatedKind {
  group: string;
  version: string;
  kind: string;
  plural: string;
  singular: string;
  shortNames: readonly string[];
  namespaced: boolean;
}

type Row = [kind: string, plural: string, ...shortNames: string[]];

const kinds = (group: string, namespaced: boolean, ...rows: Row[]): UnsimulatedKind[] =>
  rows.map(([kind, plural, ...shortNames]) => {
    const singular = kind.toLowerCase();
    return { group, version: 'v1', kind, plural, singular, shortNames, namespaced };
  });

const UNSIMULATED: readonly UnsimulatedKind[] = [
  ...kinds(
    'admissionregistration.k8s.io',
    false,
    ['MutatingWebhookConfiguration', 'mutatingwebhookconfigurations'],
    ['ValidatingAdmissionPolicy', 'validatingadmissionpolicies'],
    ['ValidatingAdmissionPolicyBinding', 'validatingadmissionpolicybindings'],
    ['ValidatingWebhookConfiguration', 'validatingwebhookconfigurations'],
  ),
  ...kinds('apiregistration.k8s.io', false, ['APIService', 'apiservices']),
  ...kinds('certificates.k8s.io', false, ['CertificateSigningRequest', 'certificatesigningrequests', 'csr']),
  ...kinds(
    'flowcontrol.apiserver.k8s.io',
    false,
    ['FlowSchema', 'flowschemas'],
    ['PriorityLevelConfiguration', 'prioritylevelconfigurations'],
  ),
  ...kinds('networking.k8s.io', false, ['IPAddress', 'ipaddresses', 'ip'], ['ServiceCIDR', 'servicecidrs']),
  ...kinds('resource.k8s.io', false, ['DeviceClass', 'deviceclasses'], ['ResourceSlice', 'resourceslices']),
  ...kinds(
    'resource.k8s.io',
    true,
    ['ResourceClaim', 'resourceclaims'],
    ['ResourceClaimTemplate', 'resourceclaimtemplates'],
  ),
  ...kinds(
    'storage.k8s.io',
    false,
    ['CSIDriver', 'csidrivers'],
    ['CSINode', 'csinodes'],
    ['VolumeAttachment', 'volumeattachments'],
    ['VolumeAttributesClass', 'volumeattributesclasses', 'vac'],
  ),
  ...kinds('storage.k8s.io', true, ['CSIStorageCapacity', 'csistoragecapacities']),
];

/** Those of one `group/version`. */
export function unsimulatedIn(apiVersion: string): readonly UnsimulatedKind[] {
  return UNSIMULATED.filter(({ group, version }) => `${group}/${version}` === apiVersion);
}

/** The one that a URL path is about: its collection, an object, or a subresource. */
export function unsimulatedAt(path: string): UnsimulatedKind | undefined {
  const [, group, version, plural] =
    /^\/apis\/([^/]+)\/([^/]+)\/(?:namespaces\/[^/]+\/)?([^/]+)/.exec(path) ?? [];
  return UNSIMULATED.find(
    (each) => each.group === group && each.version === version && each.plural === plural,
  );
}
