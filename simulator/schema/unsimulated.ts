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
    ['MutatingAdmissionPolicy', 'mutatingadmissionpolicies'],
    ['MutatingAdmissionPolicyBinding', 'mutatingadmissionpolicybindings'],
    ['MutatingWebhookConfiguration', 'mutatingwebhookconfigurations'],
    ['ValidatingAdmissionPolicy', 'validatingadmissionpolicies'],
    ['ValidatingAdmissionPolicyBinding', 'validatingadmissionpolicybindings'],
    ['ValidatingWebhookConfiguration', 'validatingwebhookconfigurations'],
  ),
  ...kinds('networking.k8s.io', false, ['IPAddress', 'ipaddresses', 'ip'], ['ServiceCIDR', 'servicecidrs']),
  ...kinds('resource.k8s.io', false, ['DeviceClass', 'deviceclasses'], ['ResourceSlice', 'resourceslices']),
  ...kinds(
    'resource.k8s.io',
    true,
    ['ResourceClaim', 'resourceclaims'],
    ['ResourceClaimTemplate', 'resourceclaimtemplates'],
  ),
  ...kinds('storage.k8s.io', false, ['VolumeAttributesClass', 'volumeattributesclasses', 'vac']),
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

/** Kinds that can be read, and that only the cluster itself changes: what another object of them would mean is not simulated. */
export const READ_ONLY: ReadonlySet<string> = new Set([
  'apiservices.apiregistration.k8s.io',
  'flowschemas.flowcontrol.apiserver.k8s.io',
  'prioritylevelconfigurations.flowcontrol.apiserver.k8s.io',
]);
