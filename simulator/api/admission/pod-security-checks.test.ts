import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { violations } from './pod-security-checks';

const LATEST = Number.POSITIVE_INFINITY;
const told = (level: string, spec: string, minor = LATEST, annotations: Record<string, string> = {}) =>
  violations(level, minor, parse(spec), { annotations }).map(({ reason, detail }) => `${reason} (${detail})`);

/** A container a with this security context. */
const contained = (context: string) => `{containers: [{name: a, image: i, securityContext: ${context}}]}`;
const CAREFUL = 'allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}';

describe('the baseline forbids', () => {
  it.each([
    [
      '{securityContext: {appArmorProfile: {type: Unconfined}}, containers: [{name: a, image: i, securityContext: {appArmorProfile: {type: Unconfined}}}]}',
      'forbidden AppArmor profile (pod and container "a" must not set AppArmor profile type to "Unconfined")',
    ],
    [
      contained('{procMount: Unmasked}'),
      'procMount (container "a" must not set securityContext.procMount to "Unmasked")',
    ],
    [
      contained('{seLinuxOptions: {type: super_t, user: u, role: r}}'),
      'seLinuxOptions (container "a" set forbidden securityContext.seLinuxOptions: type "super_t"; user may not be set; role may not be set)',
    ],
    [
      '{securityContext: {seccompProfile: {type: Unconfined}}, containers: []}',
      'seccompProfile (pod must not set securityContext.seccompProfile.type to "Unconfined")',
    ],
    [
      '{securityContext: {sysctls: [{name: kernel.msgmax, value: "1"}]}, containers: []}',
      'forbidden sysctls (kernel.msgmax)',
    ],
    [
      contained('{windowsOptions: {hostProcess: true}}'),
      'hostProcess (container "a" must not set securityContext.windowsOptions.hostProcess=true)',
    ],
    [
      '{containers: [{name: b, livenessProbe: {httpGet: {host: 127.0.0.1}}}, {name: a, lifecycle: {preStop: {tcpSocket: {host: x}}}}]}',
      'probe or lifecycle host (containers "a", "b" use probe or lifecycle hosts "127.0.0.1", "x")',
    ],
    [
      '{initContainers: [{name: a, ports: [{hostPort: 9}, {hostPort: 80}]}], containers: [{name: b, ports: [{hostPort: 9}]}]}',
      'hostPort (containers "a", "b" use hostPorts 80, 9)',
    ],
  ])('%s', (spec, expected) => {
    expect(told('baseline', spec)).toEqual([expected]);
  });

  it('an AppArmor profile asked for the old way', () => {
    const key = 'container.apparmor.security.beta.kubernetes.io/a';
    expect(told('baseline', '{containers: []}', LATEST, { [key]: 'unconfined' })).toEqual([
      `forbidden AppArmor profile (annotation must not set AppArmor profile type to "${key}="unconfined"")`,
    ]);
  });
});

describe('the restricted level', () => {
  it.each([
    [
      '{securityContext: {runAsNonRoot: true, seccompProfile: {type: RuntimeDefault}}, volumes: [{name: v, hostPath: {path: /}}, {name: w, nfs: {}}], containers: []}',
      ['restricted volume types (volumes "v", "w" use restricted volume types "hostPath", "nfs")'],
    ],
    [
      `{securityContext: {runAsNonRoot: false, runAsUser: 0, seccompProfile: {type: RuntimeDefault}}, containers: [{name: a, securityContext: {${CAREFUL}, runAsUser: 0}}]}`,
      [
        'runAsNonRoot != true (pod must not set securityContext.runAsNonRoot=false)',
        'runAsUser=0 (pod and container "a" must not set runAsUser=0)',
      ],
    ],
    [
      `{hostUsers: false, securityContext: {seccompProfile: {type: RuntimeDefault}}, containers: [{name: a, securityContext: {${CAREFUL}, runAsUser: 0}}]}`,
      [],
    ],
    ['{os: {name: windows}, securityContext: {runAsNonRoot: true}, containers: [{name: a}]}', []],
  ])('of %s', (spec, expected) => {
    expect(told('restricted', spec)).toEqual(expected);
  });

  it.each([
    [35, '{hostUsers: false, containers: [{name: a, securityContext: {procMount: Unmasked}}]}', []],
    [
      34,
      '{hostUsers: false, containers: [{name: a, securityContext: {procMount: Unmasked}}]}',
      ['procMount'],
    ],
    [33, '{containers: [{name: a, startupProbe: {tcpSocket: {host: x}}}]}', []],
    [
      31,
      '{securityContext: {sysctls: [{name: net.ipv4.tcp_rmem, value: "1"}]}, containers: []}',
      ['forbidden sysctls'],
    ],
    [
      30,
      '{securityContext: {seLinuxOptions: {type: container_engine_t}}, containers: []}',
      ['seLinuxOptions'],
    ],
  ])('of a baseline as it was in 1.%i', (minor, spec, expected) => {
    expect(violations('baseline', minor, parse(spec), {}).map(({ reason }) => reason)).toEqual(expected);
  });
});
