import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import type { KubeObject } from '../../schema/types';
import { applyDefaults } from '../defaults';
import { validateCreate } from '.';

const LABEL_RULE =
  "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";
const SUBDOMAIN_RULE =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";

/** A Pod named x from the YAML of its spec, as it stands after defaulting. */
function pod(spec: string, metadata = '{name: x, namespace: lab}'): KubeObject {
  const object = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: parse(metadata),
    spec: parse(spec),
  } as KubeObject;
  applyDefaults('pods', object);
  return object;
}

const problems = (object: KubeObject) =>
  validateCreate('pods', object).map(({ field, message }) => `${field}: ${message}`);
const ofSpec = (spec: string) => problems(pod(spec));
const withVolumes = (volumes: string, fields = '') =>
  ofSpec(`{containers: [{name: a, image: nginx, ${fields}}], volumes: ${volumes}}`);

describe('a Pod is refused for', () => {
  it.each([
    ['no containers', '{}', ['spec.containers: Required value']],
    [
      'a container without name and image',
      '{containers: [{}]}',
      ['spec.containers[0].name: Required value', 'spec.containers[0].image: Required value'],
    ],
    [
      'a bad container name',
      '{containers: [{name: Web_1, image: nginx}]}',
      [`spec.containers[0].name: Invalid value: "Web_1": ${LABEL_RULE}`],
    ],
    [
      'two containers of one name',
      '{containers: [{name: a, image: nginx}, {name: a, image: nginx}]}',
      ['spec.containers[1].name: Duplicate value: "a"'],
    ],
    [
      'an init container of a container’s name',
      '{initContainers: [{name: a, image: i}], containers: [{name: a, image: nginx}]}',
      ['spec.initContainers[0].name: Duplicate value: "a"'],
    ],
    [
      'an unknown restart policy',
      '{restartPolicy: Sometimes, containers: [{name: a, image: nginx}]}',
      [
        'spec.restartPolicy: Unsupported value: "Sometimes": supported values: "Always", "OnFailure", "Never"',
      ],
    ],
    [
      'an unknown DNS policy',
      '{dnsPolicy: Best, containers: [{name: a, image: nginx}]}',
      [
        'spec.dnsPolicy: Unsupported value: "Best": supported values: "ClusterFirstWithHostNet", "ClusterFirst", "Default", "None"',
      ],
    ],
    [
      'DNS of its own that is not there',
      '{dnsPolicy: None, containers: [{name: a, image: nginx}]}',
      ['spec.dnsConfig: Required value: must provide `dnsConfig` when `dnsPolicy` is None'],
    ],
    [
      'a probe on an init container',
      '{initContainers: [{name: i, image: b, livenessProbe: {exec: {command: [ls]}}}], containers: [{name: a, image: nginx}]}',
      [
        'spec.initContainers[0].livenessProbe: Forbidden: may not be set for init containers without restartPolicy=Always',
      ],
    ],
    [
      'a lifecycle hook on an init container',
      '{initContainers: [{name: i, image: b, lifecycle: {preStop: {exec: {command: [ls]}}}}], containers: [{name: a, image: nginx}]}',
      [
        'spec.initContainers[0].lifecycle: Forbidden: may not be set for init containers without restartPolicy=Always',
      ],
    ],
    [
      'a deadline in the past',
      '{activeDeadlineSeconds: 0, containers: [{name: a, image: nginx}]}',
      ['spec.activeDeadlineSeconds: Invalid value: 0: must be between 1 and 2147483647, inclusive'],
    ],
    [
      'a bad hostname',
      '{hostname: A_B, containers: [{name: a, image: nginx}]}',
      [`spec.hostname: Invalid value: "A_B": ${LABEL_RULE}`],
    ],
    [
      'a bad node selector',
      '{nodeSelector: {"disk type": ssd}, containers: [{name: a, image: nginx}]}',
      [
        "spec.nodeSelector: Invalid value: \"disk type\": name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')",
      ],
    ],
    [
      'a toleration without key',
      '{tolerations: [{operator: Equal, value: x}], containers: [{name: a, image: nginx}]}',
      [
        'spec.tolerations[0].operator: Invalid value: "Equal": operator must be Exists when `key` is empty, which means "match all values and all keys"',
      ],
    ],
    [
      'an unknown toleration operator',
      '{tolerations: [{key: k, operator: Is}], containers: [{name: a, image: nginx}]}',
      ['spec.tolerations[0].operator: Unsupported value: "Is": supported values: "Equal", "Exists"'],
    ],
    [
      'an affinity without terms',
      '{affinity: {nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms: []}}}, containers: [{name: a, image: nginx}]}',
      [
        'spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms: Required value: must have at least one node selector term',
      ],
    ],
    [
      'an anti-affinity without topology',
      '{affinity: {podAntiAffinity: {requiredDuringSchedulingIgnoredDuringExecution: [{labelSelector: {matchLabels: {a: b}}}]}}, containers: [{name: a, image: nginx}]}',
      [
        'spec.affinity.podAntiAffinity.requiredDuringSchedulingIgnoredDuringExecution[0].topologyKey: Required value: can not be empty',
        'spec.affinity.podAntiAffinity.requiredDuringSchedulingIgnoredDuringExecution[0].topologyKey: Invalid value: "": name part must be non-empty',
        "spec.affinity.podAntiAffinity.requiredDuringSchedulingIgnoredDuringExecution[0].topologyKey: Invalid value: \"\": name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')",
      ],
    ],
    [
      'a spread without skew',
      '{topologySpreadConstraints: [{topologyKey: zone, whenUnsatisfiable: DoNotSchedule}], containers: [{name: a, image: nginx}]}',
      ['spec.topologySpreadConstraints[0].maxSkew: Invalid value: 0: must be greater than zero'],
    ],
    [
      'two containers on one host port',
      '{containers: [{name: a, image: n, ports: [{containerPort: 80, hostPort: 80}]}, {name: b, image: n, ports: [{containerPort: 81, hostPort: 80}]}]}',
      ['spec.containers[1].ports[0].hostPort: Duplicate value: "TCP//80"'],
    ],
    [
      'a shared process namespace on the host’s',
      '{shareProcessNamespace: true, hostPID: true, containers: [{name: a, image: nginx}]}',
      [
        'spec.securityContext.shareProcessNamespace: Invalid value: true: ShareProcessNamespace and HostPID cannot both be enabled',
      ],
    ],
    [
      'ephemeral containers from the start',
      '{ephemeralContainers: [{name: e, image: b}], containers: [{name: a, image: nginx}]}',
      ['spec.ephemeralContainers: Forbidden: cannot be set on create'],
    ],
    [
      'an impossible group',
      '{securityContext: {fsGroup: -1}, containers: [{name: a, image: nginx}]}',
      ['spec.securityContext.fsGroup: Invalid value: -1: must be between 0 and 2147483647, inclusive'],
    ],
  ])('%s', (_, spec, expected) => {
    expect(ofSpec(spec)).toEqual(expected);
  });

  it.each([
    [
      'two sources',
      '[{name: v, emptyDir: {}, configMap: {name: c}}]',
      ['[0].configMap: Forbidden: may not specify more than 1 volume type'],
    ],
    [
      'the name of another',
      '[{name: v, emptyDir: {}}, {name: v, emptyDir: {}}]',
      ['[1].name: Duplicate value: "v"'],
    ],
    ['no name', '[{emptyDir: {}}]', ['[0].name: Required value']],
    ['no Secret', '[{name: v, secret: {}}]', ['[0].secret.secretName: Required value']],
    ['no ConfigMap', '[{name: v, configMap: {}}]', ['[0].configMap.name: Required value']],
    [
      'an impossible mode',
      '[{name: v, secret: {secretName: s, defaultMode: 1000}}]',
      [
        '[0].secret.defaultMode: Invalid value: 1000: must be a number between 0 and 0777 (octal), both inclusive',
      ],
    ],
    [
      'a file outside of it',
      '[{name: v, configMap: {name: c, items: [{key: k, path: ../x}]}}]',
      ['[0].configMap.items[0].path: Invalid value: "../x": must not contain \'..\''],
    ],
    [
      'an absolute file',
      '[{name: v, configMap: {name: c, items: [{key: k, path: /x}]}}]',
      ['[0].configMap.items[0].path: Invalid value: "/x": must be a relative path'],
    ],
    [
      'no claim',
      '[{name: v, persistentVolumeClaim: {}}]',
      ['[0].persistentVolumeClaim.claimName: Required value'],
    ],
    [
      'an unknown host path type',
      '[{name: v, hostPath: {path: /x, type: Folder}}]',
      [
        '[0].hostPath.type: Unsupported value: "Folder": supported values: "", "BlockDevice", "CharDevice", "Directory", "DirectoryOrCreate", "File", "FileOrCreate", "Socket"',
      ],
    ],
    [
      'a short-lived token',
      '[{name: v, projected: {sources: [{serviceAccountToken: {path: t, expirationSeconds: 60}}]}}]',
      [
        '[0].projected.sources[0].serviceAccountToken.expirationSeconds: Invalid value: 60: may not specify a duration less than 10 minutes',
      ],
    ],
  ])('a volume with %s', (_, volumes, expected) => {
    expect(withVolumes(volumes)).toEqual(expected.map((text) => `spec.volumes${text}`));
  });

  it.each([
    ['no path', '[{name: v}]', ['[0].mountPath: Required value']],
    [
      'the path of another',
      '[{name: v, mountPath: /a}, {name: v, mountPath: /a}]',
      ['[1].mountPath: Invalid value: "/a": must be unique'],
    ],
    [
      'a way out',
      '[{name: v, mountPath: /a, subPath: ../b}]',
      ['.subPath: Invalid value: "../b": must not contain \'..\''],
    ],
    [
      'an unheard-of propagation',
      '[{name: v, mountPath: /a, mountPropagation: Up}]',
      [
        '.mountPropagation: Unsupported value: "Up": supported values: "Bidirectional", "HostToContainer", "None"',
      ],
    ],
  ])('a mount with %s', (_, mounts, expected) => {
    expect(withVolumes('[{name: v, emptyDir: {}}]', `volumeMounts: ${mounts}`)).toEqual(
      expected.map((text) => `spec.containers[0].volumeMounts${text}`),
    );
  });

  it('a volume that is wrong and the mounts that name it', () => {
    expect(withVolumes('[{name: v, secret: {}}]', 'volumeMounts: [{name: v, mountPath: /a}]')).toEqual([
      'spec.volumes[0].secret.secretName: Required value',
      'spec.containers[0].volumeMounts[0].name: Not found: "v"',
    ]);
  });

  it.each([
    [
      'an upper-case name',
      '{name: My_Pod, namespace: lab}',
      [`metadata.name: Invalid value: "My_Pod": ${SUBDOMAIN_RULE}`],
    ],
    ['no name', '{namespace: lab}', ['metadata.name: Required value: name or generateName is required']],
    [
      'a bad label value',
      '{name: x, namespace: lab, labels: {app: "a b"}}',
      [
        "metadata.labels: Invalid value: \"a b\": a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')",
      ],
    ],
    [
      'an owner without uid',
      '{name: x, namespace: lab, ownerReferences: [{apiVersion: v1, kind: Pod, name: p}]}',
      ['metadata.ownerReferences.uid: Invalid value: "": must not be empty'],
    ],
  ])('%s', (_, metadata, expected) => {
    expect(problems(pod('{containers: [{name: a, image: nginx}]}', metadata))).toEqual(expected);
  });
});

it('accepts a Pod that uses much of what there is', () => {
  expect(
    ofSpec(`
      initContainers:
        - {name: wait, image: busybox, restartPolicy: Never, command: [sh, -c, "true"]}
        - {name: proxy, image: envoy, restartPolicy: Always, startupProbe: {httpGet: {port: 9901}}}
      containers:
        - name: app
          image: nginx@sha256:${'0'.repeat(64)}
          ports: [{name: http, containerPort: 80}, {name: metrics, containerPort: 80, protocol: UDP}]
          env:
            - {name: "my.name with blanks", value: "1"}
            - {name: IP, valueFrom: {fieldRef: {fieldPath: status.podIP}}}
            - {name: TEAM, valueFrom: {fieldRef: {fieldPath: "metadata.labels['team']"}}}
            - {name: CPU, valueFrom: {resourceFieldRef: {resource: limits.cpu, divisor: 1m}}}
          envFrom: [{prefix: C_, configMapRef: {name: conf}}, {secretRef: {name: creds}}]
          resources: {requests: {cpu: 100m}, limits: {memory: 1Gi, vendor.test/gpu: 1}}
          volumeMounts: [{name: data, mountPath: /data, subPath: a/b}, {name: info, mountPath: /info}]
          lifecycle: {preStop: {sleep: {seconds: 5}}, postStart: {sleep: {}}}
          readinessProbe: {grpc: {port: 50051}, successThreshold: 3}
      volumes:
        - {name: data}
        - name: info
          projected: {sources: [{downwardAPI: {items: [{path: labels, fieldRef: {fieldPath: metadata.labels}}]}}]}
      tolerations: [{operator: Exists}]
      topologySpreadConstraints: [{maxSkew: 1, topologyKey: kubernetes.io/hostname, whenUnsatisfiable: ScheduleAnyway}]
    `),
  ).toEqual([]);
});
