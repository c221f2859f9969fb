import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import type { KubeObject } from '../../schema/types';
import { applyDefaults } from '../defaults';
import { validateCreate } from '.';

function ofContainer(fields: string): string[] {
  const spec = parse(`{containers: [{name: a, image: nginx, ${fields}}]}`);
  const object = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'x', namespace: 'lab' },
    spec,
  } as KubeObject;
  applyDefaults('pods', object);
  return validateCreate('pods', object).map(({ field, message }) => `${field}: ${message}`);
}

describe('a Pod is refused for', () => {
  it.each([
    [
      'a port beyond 65535',
      'ports: [{containerPort: 99999}]',
      ['ports[0].containerPort: Invalid value: 99999: must be between 1 and 65535, inclusive'],
    ],
    ['a port without number', 'ports: [{name: http}]', ['ports[0].containerPort: Required value']],
    [
      'a long port name',
      'ports: [{name: a-very-long-port-name, containerPort: 80}]',
      ['ports[0].name: Invalid value: "a-very-long-port-name": must be no more than 15 characters'],
    ],
    [
      'restart rules without a policy',
      'restartPolicyRules: [{action: Restart, exitCodes: {operator: In, values: [1]}}]',
      ['restartPolicy: Required value: must specify restartPolicy when restart rules are used'],
    ],
    [
      'restart rules that say nothing',
      'restartPolicy: Never, restartPolicyRules: [{action: Stop, exitCodes: {values: [3]}}, {action: Restart}]',
      [
        'restartPolicyRules[0].action: Unsupported value: "Stop": supported values: "Restart", "RestartAllContainers"',
        'restartPolicyRules[0].exitCodes.operator: Unsupported value: "": supported values: "In", "NotIn"',
        'restartPolicyRules[1].exitCodes: Required value: must be specified',
      ],
    ],
    [
      'an upper-case port name',
      'ports: [{name: HTTP, containerPort: 80}]',
      [
        'ports[0].name: Invalid value: "HTTP": must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)',
        'ports[0].name: Invalid value: "HTTP": must contain at least one letter (a-z)',
      ],
    ],
    [
      'two ports of one name',
      'ports: [{name: w, containerPort: 80}, {name: w, containerPort: 81}]',
      ['ports[1].name: Duplicate value: "w"'],
    ],
    [
      'an unknown protocol',
      'ports: [{containerPort: 80, protocol: HTTP}]',
      ['ports[0].protocol: Unsupported value: "HTTP": supported values: "SCTP", "TCP", "UDP"'],
    ],
    [
      'an unknown pull policy',
      'imagePullPolicy: Sometimes',
      [
        'imagePullPolicy: Unsupported value: "Sometimes": supported values: "Always", "IfNotPresent", "Never"',
      ],
    ],
    [
      'a probe without handler',
      'livenessProbe: {periodSeconds: 5}',
      ['livenessProbe: Required value: must specify a handler type'],
    ],
    [
      'a probe with two handlers',
      'livenessProbe: {exec: {command: [ls]}, tcpSocket: {port: 80}}',
      ['livenessProbe.tcpSocket: Forbidden: may not specify more than 1 handler type'],
    ],
    ['a probe without command', 'livenessProbe: {exec: {}}', ['livenessProbe.exec.command: Required value']],
    [
      'a probe of port 0',
      'livenessProbe: {httpGet: {port: 0}}',
      ['livenessProbe.httpGet.port: Invalid value: 0: must be between 1 and 65535, inclusive'],
    ],
    [
      'a negative delay',
      'livenessProbe: {initialDelaySeconds: -1, tcpSocket: {port: 80}}',
      ['livenessProbe.initialDelaySeconds: Invalid value: -1: must be greater than or equal to 0'],
    ],
    [
      'liveness that must succeed twice',
      'livenessProbe: {successThreshold: 2, tcpSocket: {port: 80}}',
      ['livenessProbe.successThreshold: Invalid value: 2: must be 1'],
    ],
    [
      'a startup probe that must succeed twice',
      'startupProbe: {successThreshold: 2, tcpSocket: {port: 80}}',
      ['startupProbe.successThreshold: Invalid value: 2: must be 1'],
    ],
    [
      'an unknown scheme',
      'readinessProbe: {httpGet: {port: 80, scheme: FTP}}',
      ['readinessProbe.httpGet.scheme: Unsupported value: "FTP": supported values: "HTTP", "HTTPS"'],
    ],
    [
      'a mount of no volume',
      'volumeMounts: [{name: nowhere, mountPath: /data}]',
      ['volumeMounts[0].name: Not found: "nowhere"'],
    ],
    ['a variable without name', 'env: [{value: x}]', ['env[0].name: Required value']],
    [
      'a variable with = in its name',
      'env: [{name: "A=B", value: x}]',
      [
        'env[0].name: Invalid value: "A=B": a valid environment variable name must consist only of printable ASCII characters other than \'=\'',
      ],
    ],
    [
      'a variable with value and source',
      'env: [{name: A, value: x, valueFrom: {fieldRef: {fieldPath: metadata.name}}}]',
      ['env[0].valueFrom: Invalid value: "": may not be specified when `value` is not empty'],
    ],
    [
      'a variable with two sources',
      'env: [{name: A, valueFrom: {fieldRef: {fieldPath: metadata.name}, configMapKeyRef: {name: c, key: k}}}]',
      ['env[0].valueFrom: Invalid value: "": may not have more than one field specified at a time'],
    ],
    [
      'a variable from an unknown field',
      'env: [{name: A, valueFrom: {fieldRef: {fieldPath: spec.color}}}]',
      [
        'env[0].valueFrom.fieldRef.fieldPath: Invalid value: "spec.color": error converting fieldPath: field label not supported: spec.color',
      ],
    ],
    [
      'a variable from a field for files',
      'env: [{name: A, valueFrom: {fieldRef: {fieldPath: metadata.labels}}}]',
      [
        'env[0].valueFrom.fieldRef.fieldPath: Unsupported value: "metadata.labels": supported values: "metadata.name", "metadata.namespace", "metadata.uid", "spec.nodeName", "spec.serviceAccountName", "status.hostIP", "status.hostIPs", "status.podIP", "status.podIPs"',
      ],
    ],
    [
      'a variable from an unknown resource',
      'env: [{name: A, valueFrom: {resourceFieldRef: {resource: limits.gpu}}}]',
      [
        'env[0].valueFrom.resourceFieldRef.resource: Unsupported value: "limits.gpu": supported values: "limits.cpu", "limits.ephemeral-storage", "limits.memory", "requests.cpu", "requests.ephemeral-storage", "requests.memory"',
      ],
    ],
    [
      'a key reference without key',
      'env: [{name: A, valueFrom: {secretKeyRef: {name: s}}}]',
      ['env[0].valueFrom.secretKeyRef.key: Required value'],
    ],
    [
      'envFrom without source',
      'envFrom: [{prefix: A_}]',
      ['envFrom: Invalid value: "": must specify one of: `configMapRef` or `secretRef`'],
    ],
    [
      'a request above its limit',
      'resources: {requests: {cpu: "2"}, limits: {cpu: "1"}}',
      ['resources.requests: Invalid value: "2": must be less than or equal to cpu limit of 1'],
    ],
    [
      'a negative request',
      'resources: {requests: {cpu: "-1"}}',
      ['resources.requests[cpu]: Invalid value: "-1": must be greater than or equal to 0'],
    ],
    [
      'a resource that is none',
      'resources: {limits: {memry: 1Gi}, requests: {}}',
      [
        'resources.limits[memry]: Invalid value: "memry": must be a standard resource type or fully qualified',
        'resources.limits[memry]: Invalid value: "memry": must be a standard resource for containers',
        'resources.requests[memry]: Invalid value: "memry": must be a standard resource type or fully qualified',
        'resources.requests[memry]: Invalid value: "memry": must be a standard resource for containers',
      ],
    ],
    [
      'a device that is only requested',
      'resources: {requests: {vendor.test/gpu: 1}}',
      ['resources.limits: Required value: Limit must be set for non overcommitable resources'],
    ],
    [
      'a bad seccomp profile',
      'securityContext: {seccompProfile: {type: Localhost}}',
      [
        'securityContext.seccompProfile.localhostProfile: Required value: must be set when seccomp type is Localhost',
      ],
    ],
    [
      'privileges given and taken',
      'securityContext: {privileged: true, allowPrivilegeEscalation: false}',
      [
        'securityContext: Invalid value: {"Capabilities":null,"Privileged":true,"SELinuxOptions":null,"WindowsOptions":null,"RunAsUser":null,"RunAsGroup":null,"RunAsNonRoot":null,"ReadOnlyRootFilesystem":null,"AllowPrivilegeEscalation":false,"ProcMount":null,"SeccompProfile":null,"AppArmorProfile":null}: cannot set `allowPrivilegeEscalation` to false and `privileged` to true',
      ].map((text) => text),
    ],
  ])('a container with %s', (_, fields, expected) => {
    expect(ofContainer(fields)).toEqual(expected.map((text) => `spec.containers[0].${text}`));
  });
});
