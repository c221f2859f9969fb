import type { ObjectMeta, PodSpec } from '../../schema/types';
import * as baseline from './pod-security-baseline';
import type { Check, Violation } from './pod-security-parts';
import * as restricted from './pod-security-restricted';

/** A check and the minor versions from which it stands; a later form replaces the earlier one. */
interface Standard {
  id: string;
  forms: readonly (readonly [since: number, check: Check])[];
  /** The baseline's check that this stricter one stands for. */
  replaces?: string;
}

/** A Pod in a user namespace of its own may do more since 1.35. */
const unlessUserNamespace =
  (check: Check): Check =>
  (spec, metadata) =>
    spec.hostUsers === false ? undefined : check(spec, metadata);

const unlessWindows =
  (check: Check): Check =>
  (spec, metadata) =>
    spec.os?.name === 'windows' ? undefined : check(spec, metadata);

const always = (check: Check) => [[0, check]] as const;

/** In upstream's order, which is that of their ids. */
const BASELINE: readonly Standard[] = [
  { id: 'appArmorProfile', forms: always(baseline.appArmorProfile) },
  { id: 'capabilities_baseline', forms: always(baseline.capabilities) },
  { id: 'hostNamespaces', forms: always(baseline.hostNamespaces) },
  { id: 'hostPathVolumes', forms: always(baseline.hostPaths) },
  { id: 'hostPorts', forms: always(baseline.hostPorts) },
  { id: 'hostProbesAndHostLifecycle', forms: [[34, baseline.probeHosts]] },
  { id: 'privileged', forms: always(baseline.privileged) },
  {
    id: 'procMount',
    forms: [
      [0, baseline.procMount],
      [35, unlessUserNamespace(baseline.procMount)],
    ],
  },
  {
    id: 'seLinuxOptions',
    forms: [
      [0, baseline.seLinuxOptions(false)],
      [31, baseline.seLinuxOptions(true)],
    ],
  },
  { id: 'seccompProfile_baseline', forms: [[19, baseline.seccompProfile]] },
  { id: 'sysctls', forms: [0, 27, 29, 32].map((minor) => [minor, baseline.sysctls(minor)] as const) },
  { id: 'windowsHostProcess', forms: always(baseline.hostProcess) },
];
const RESTRICTED: readonly Standard[] = [
  {
    id: 'allowPrivilegeEscalation',
    forms: [
      [8, restricted.allowPrivilegeEscalation],
      [25, unlessWindows(restricted.allowPrivilegeEscalation)],
    ],
  },
  {
    id: 'capabilities_restricted',
    replaces: 'capabilities_baseline',
    forms: [
      [22, restricted.fewCapabilities],
      [25, unlessWindows(restricted.fewCapabilities)],
    ],
  },
  { id: 'procMount_restricted', replaces: 'procMount', forms: [[35, baseline.procMount]] },
  { id: 'restrictedVolumes', replaces: 'hostPathVolumes', forms: always(restricted.restrictedVolumes) },
  {
    id: 'runAsNonRoot',
    forms: [
      [0, restricted.runAsNonRoot],
      [35, unlessUserNamespace(restricted.runAsNonRoot)],
    ],
  },
  {
    id: 'runAsUser',
    forms: [
      [23, restricted.runAsUser],
      [35, unlessUserNamespace(restricted.runAsUser)],
    ],
  },
  {
    id: 'seccompProfile_restricted',
    replaces: 'seccompProfile_baseline',
    forms: [
      [19, restricted.someSeccompProfile],
      [25, unlessWindows(restricted.someSeccompProfile)],
    ],
  },
];

/** Everything about a Pod that its level forbids, by the standard of a minor version; [] for `privileged`. */
export function violations(level: string, minor: number, spec: PodSpec, metadata: ObjectMeta): Violation[] {
  if (level === 'privileged') return [];
  const strict = level === 'restricted' ? RESTRICTED.filter(({ forms }) => formOf(forms, minor)) : [];
  const replaced = new Set(strict.map(({ replaces }) => replaces));
  return [...BASELINE.filter(({ id }) => !replaced.has(id)), ...strict].flatMap(
    ({ forms }) => formOf(forms, minor)?.(spec, metadata) ?? [],
  );
}

function formOf(forms: Standard['forms'], minor: number): Check | undefined {
  return forms.findLast(([since]) => since <= minor)?.[1];
}
