import { describe, expect, it } from 'vitest';
import type { ResourceName } from '../../schema/types';
import { validateCreate } from '.';
import { objectForTests } from './object-for-tests';

/** What is told of a case, without the examples that follow a rule. */
const refusals = (resource: ResourceName, yaml: string) =>
  validateCreate(resource, objectForTests(resource, yaml)).map(
    ({ field, message }) => `${field}: ${message}`.split(' (e.g.')[0],
  );

describe('a Pod or what makes it is refused', () => {
  it.each<[ResourceName, string, string[]]>([
    [
      'pods',
      'spec: {containers: [{name: c, image: i}], volumes: [{name: v, hostPath: {path: ../x, type: Folder}}]}',
      [
        `spec.volumes[0].hostPath.path: Invalid value: "../x": must not contain '..'`,
        'spec.volumes[0].hostPath.type: Unsupported value: "Folder": supported values: "", "BlockDevice", "CharDevice", "Directory", "DirectoryOrCreate", "File", "FileOrCreate", "Socket"',
      ],
    ],
    [
      'pods',
      'spec: {containers: [{name: c, image: i}], volumes: [{name: v, emptyDir: {}, configMap: {name: c}}]}',
      ['spec.volumes[0].configMap: Forbidden: may not specify more than 1 volume type'],
    ],
    [
      'pods',
      'spec: {containers: [{name: c, image: i}], volumes: [{name: v}, {name: v, emptyDir: {}}]}',
      ['spec.volumes[1].name: Duplicate value: "v"'],
    ],
    [
      'pods',
      'spec: {containers: [{name: c, image: i}], volumes: [{name: v, projected: {sources: [{}, {secret: {name: s, items: [{key: a, path: /b}]}}]}}]}',
      [
        'spec.volumes[0].projected.sources[1].secret.items[0].path: Invalid value: "/b": must be a relative path',
      ],
    ],
    [
      'pods',
      'spec: {containers: [{name: c, image: i}], volumes: [{name: v, csi: {driver: ""}}]}',
      ['spec.volumes[0].csi.driver: Required value'],
    ],
    [
      'pods',
      'spec: {containers: [{name: c, image: i}], volumes: [{name: v, nfs: {server: "", path: x}}]}',
      [
        'spec.volumes[0].nfs.server: Required value',
        'spec.volumes[0].nfs.path: Invalid value: "x": must be an absolute path',
      ],
    ],
    [
      'pods',
      'spec: {containers: [{name: c, image: i}], hostAliases: [{ip: 1.2.3, hostnames: [A_b]}]}',
      [
        'spec.hostAliases[0].ip: Invalid value: "1.2.3": must be a valid IP address,',
        `spec.hostAliases[0].hostnames[0]: Invalid value: "A_b": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character`,
      ],
    ],
    [
      'pods',
      'spec: {containers: [{name: c, image: i}], dnsPolicy: None}',
      ['spec.dnsConfig: Required value: must provide `dnsConfig` when `dnsPolicy` is None'],
    ],
    [
      'pods',
      'spec: {containers: [{name: c, image: i}], tolerations: [{operator: Exists, value: x}, {key: a, effect: Never}, {key: b, tolerationSeconds: 3}]}',
      [
        'spec.tolerations[0].operator: Invalid value: "x": value must be empty when `operator` is \'Exists\'',
        'spec.tolerations[1].effect: Unsupported value: "Never": supported values: "NoSchedule", "PreferNoSchedule", "NoExecute"',
        'spec.tolerations[2].effect: Invalid value: "": effect must be \'NoExecute\' when `tolerationSeconds` is set',
      ],
    ],
    [
      'pods',
      'spec: {containers: [{name: c, image: i}], topologySpreadConstraints: [{maxSkew: 1, topologyKey: zone, whenUnsatisfiable: Maybe}]}',
      [
        'spec.topologySpreadConstraints[0].whenUnsatisfiable: Unsupported value: "Maybe": supported values: "DoNotSchedule", "ScheduleAnyway"',
      ],
    ],
    [
      'pods',
      'spec: {containers: [{name: c, image: i}], resources: {limits: {nvidia.com/gpu: 1}}}',
      [
        'spec.resources.limits[nvidia.com/gpu]: Unsupported value: "nvidia.com/gpu": supported values: "cpu", "hugepages-", "memory"',
        'spec.resources.requests[nvidia.com/gpu]: Unsupported value: "nvidia.com/gpu": supported values: "cpu", "hugepages-", "memory"',
      ],
    ],
    [
      'pods',
      'spec: {containers: [{name: c, image: i}], securityContext: {sysctls: [{name: kernel.x y}], runAsUser: -1, fsGroupChangePolicy: Often}}',
      [
        'spec.securityContext.runAsUser: Invalid value: -1: must be between 0 and 2147483647, inclusive',
        'spec.securityContext.sysctls[0].name: Invalid value: "kernel.x y": must have at most 253 characters and match regex ^([a-z0-9]([-_a-z0-9]*[a-z0-9])?[\\./])*[a-z0-9]([-_a-z0-9]*[a-z0-9])?$',
        'spec.securityContext.fsGroupChangePolicy: Unsupported value: "Often": supported values: "Always", "OnRootMismatch"',
      ],
    ],
    [
      'pods',
      'spec: {containers: [{name: c, image: i, resources: {requests: {cpu: 2, widgets: 1}, limits: {cpu: 1, memory: 1.5}}}]}',
      [
        'spec.containers[0].resources.requests: Invalid value: "2": must be less than or equal to cpu limit of 1',
        'spec.containers[0].resources.requests[widgets]: Invalid value: "widgets": must be a standard resource type or fully qualified',
        'spec.containers[0].resources.requests[widgets]: Invalid value: "widgets": must be a standard resource for containers',
      ],
    ],
    [
      'pods',
      'spec: {containers: [{name: c, image: i, env: [{name: A, value: b, valueFrom: {fieldRef: {fieldPath: spec.x}}}, {name: B, valueFrom: {}}]}]}',
      [
        'spec.containers[0].env[0].valueFrom.fieldRef.fieldPath: Invalid value: "spec.x": error converting fieldPath: field label not supported: spec.x',
        'spec.containers[0].env[0].valueFrom: Invalid value: "": may not be specified when `value` is not empty',
        'spec.containers[0].env[1].valueFrom: Invalid value: "": must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef`, `secretKeyRef` or `fileKeyRef`',
      ],
    ],
    [
      'pods',
      'spec: {containers: [{name: c, image: i, env: [{name: A, valueFrom: {fieldRef: {fieldPath: metadata.foo}}}]}]}',
      [
        'spec.containers[0].env[0].valueFrom.fieldRef.fieldPath: Invalid value: "metadata.foo": error converting fieldPath: field label not supported: metadata.foo',
      ],
    ],
    [
      'pods',
      'spec: {containers: [{name: c, image: i, lifecycle: {preStop: {sleep: {seconds: 90}}}, livenessProbe: {successThreshold: 2, httpGet: {port: 0}}}]}',
      [
        'spec.containers[0].lifecycle.preStop.sleep: Invalid value: 90: must be non-negative and less than terminationGracePeriodSeconds (30)',
        'spec.containers[0].livenessProbe.httpGet.port: Invalid value: 0: must be between 1 and 65535, inclusive',
        'spec.containers[0].livenessProbe.successThreshold: Invalid value: 2: must be 1',
      ],
    ],
    [
      'pods',
      'spec: {containers: [{name: c, image: i, ports: [{containerPort: 80, hostPort: 80}, {containerPort: 81, hostPort: 80}]}]}',
      ['spec.containers[0].ports[1].hostPort: Duplicate value: "TCP//80"'],
    ],
    [
      'pods',
      'spec: {hostNetwork: true, containers: [{name: c, image: i, ports: [{containerPort: 80, hostPort: 81}]}]}',
      [
        'spec.containers[0].ports[0].hostPort: Invalid value: 81: must match `containerPort` when `hostNetwork` is true',
      ],
    ],
    [
      'pods',
      'spec: {containers: [{name: c, image: i, volumeMounts: [{name: v, mountPath: /a}, {name: w, mountPath: /a, subPath: ../b}]}], volumes: [{name: w, emptyDir: {}}]}',
      [
        'spec.containers[0].volumeMounts[0].name: Not found: "v"',
        'spec.containers[0].volumeMounts[1].mountPath: Invalid value: "/a": must be unique',
        `spec.containers[0].volumeMounts.subPath: Invalid value: "../b": must not contain '..'`,
      ],
    ],
    [
      'pods',
      'spec: {containers: [{name: c, image: i}], initContainers: [{name: c, image: i, restartPolicy: Never}, {name: d, image: i, livenessProbe: {exec: {command: [x]}}}]}',
      [
        'spec.initContainers[0].name: Duplicate value: "c"',
        'spec.initContainers[1].livenessProbe: Forbidden: may not be set for init containers without restartPolicy=Always',
      ],
    ],
    [
      'replicasets.apps',
      'spec: {minReadySeconds: -1, selector: {}, template: {metadata: {labels: {app: a}}, spec: {containers: [{name: c, image: i}]}}}',
      [
        'spec.minReadySeconds: Invalid value: -1: must be greater than or equal to 0',
        'spec.selector: Invalid value: {}: empty selector is invalid for deployment',
      ],
    ],
    [
      'statefulsets.apps',
      'spec: {serviceName: s, selector: {matchLabels: {app: a}}, updateStrategy: {type: Recreate}, template: {metadata: {labels: {app: a}}, spec: {containers: [{name: c, image: i}]}}}',
      [
        `spec.updateStrategy: Invalid value: {"Type":"Recreate","RollingUpdate":null}: must be 'RollingUpdate' or 'OnDelete'`,
      ],
    ],
    [
      'deployments.apps',
      'spec: {progressDeadlineSeconds: 5, minReadySeconds: 5, strategy: {rollingUpdate: {maxSurge: 1x, maxUnavailable: 120%}}, selector: {matchLabels: {app: a}}, template: {metadata: {labels: {app: a}}, spec: {containers: [{name: c, image: i}]}}}',
      [
        `spec.strategy.rollingUpdate.maxSurge: Invalid value: "1x": a valid percent string must be a numeric string followed by an ending '%'`,
        'spec.strategy.rollingUpdate.maxUnavailable: Invalid value: "120%": must not be greater than 100%',
        'spec.progressDeadlineSeconds: Invalid value: 5: must be greater than minReadySeconds',
      ],
    ],
    [
      'jobs.batch',
      'spec: {backoffLimit: -1, ttlSecondsAfterFinished: -1, completionMode: Random, manualSelector: true, selector: {}, template: {spec: {restartPolicy: Never, containers: [{name: c, image: i}]}}}',
      [
        'spec.backoffLimit: Invalid value: -1: must be greater than or equal to 0',
        'spec.ttlSecondsAfterFinished: Invalid value: -1: must be greater than or equal to 0',
        'spec.completionMode: Unsupported value: "Random": supported values: "NonIndexed", "Indexed"',
      ],
    ],
    [
      'jobs.batch',
      'spec: {manualSelector: true, selector: {}, podFailurePolicy: {rules: [{action: Ignore, onExitCodes: {operator: In, values: [0, 1]}}]}, template: {spec: {restartPolicy: Never, containers: [{name: c, image: i}]}}}',
      [
        'spec.podFailurePolicy.rules[0].onExitCodes.values[0]: Invalid value: 0: must not be 0 for the In operator',
      ],
    ],
    [
      'cronjobs.batch',
      'spec: {schedule: "TZ=UTC * * * * *", concurrencyPolicy: Once, startingDeadlineSeconds: -1, jobTemplate: {spec: {template: {spec: {restartPolicy: Never, containers: [{name: c, image: i}]}}}}}',
      [
        'spec.schedule: Invalid value: "TZ=UTC * * * * *": expected exactly 5 fields, found 6: [TZ=UTC * * * * *]',
        'spec.schedule: Invalid value: "TZ=UTC * * * * *": cannot use TZ or CRON_TZ in schedule, use timeZone field instead',
        'spec.startingDeadlineSeconds: Invalid value: -1: must be greater than or equal to 0',
        'spec.concurrencyPolicy: Unsupported value: "Once": supported values: "Allow", "Forbid", "Replace"',
      ],
    ],
  ])('%s with %s', (resource, yaml, expected) => {
    expect(refusals(resource, yaml)).toEqual(expected);
  });
});
