import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import type { KubeObject } from '../../schema/types';
import { applyDefaults } from '../defaults';
import { prepareForSubresource } from '../storage/strategies';
import { validateUpdate } from '.';

/** A Pod named x from the YAML of its spec, as it stands after defaulting. */
function pod(spec: string): KubeObject {
  const metadata = { name: 'x', namespace: 'lab' };
  const object = { apiVersion: 'v1', kind: 'Pod', metadata, spec: parse(spec) } as KubeObject;
  applyDefaults('pods', object);
  return object;
}

describe('a change of a Pod', () => {
  const stored = () =>
    pod('{nodeName: n1, containers: [{name: a, image: nginx}], tolerations: [{key: k, operator: Exists}]}');
  const change = (edit: (object: { spec: Record<string, unknown> }) => void, subresource = '') => {
    const next = structuredClone(stored());
    edit(next as unknown as { spec: Record<string, unknown> });
    applyDefaults('pods', next);
    const errors = validateUpdate('pods', next, stored(), subresource);
    return [...new Set(errors.map(({ field, message }) => `${field}: ${message}`))];
  };

  it.each([
    ['an image', (o: Spec) => void Object.assign(o.spec.containers[0] ?? {}, { image: 'nginx:1.27' })],
    ['one more toleration', (o: Spec) => void o.spec.tolerations?.push({ key: 'j', operator: 'Exists' })],
    ['a deadline', (o: Spec) => void Object.assign(o.spec, { activeDeadlineSeconds: 60 })],
    ['nothing but how an amount is written', (o: Spec) => void Object.assign(o.spec, { nodeSelector: {} })],
  ])('of %s is fine', (_, edit) => {
    expect(change(edit as never)).toEqual([]);
  });

  it('of anything else is refused with the difference', () => {
    expect(change((o) => void Object.assign(o.spec, { nodeName: 'n2' }))).toEqual([
      `spec: Forbidden: pod updates may not change fields other than \`spec.containers[*].image\`,\`spec.initContainers[*].image\`,\`spec.activeDeadlineSeconds\`,\`spec.tolerations\` (only additions to existing tolerations),\`spec.terminationGracePeriodSeconds\` (allow it to be set to 1 if it was previously negative)
@@ -42,7 +42,7 @@
  "NodeSelector": null,
  "ServiceAccountName": "",
  "AutomountServiceAccountToken": null,
- "NodeName": "n1",
+ "NodeName": "n2",
  "SecurityContext": {
   "HostNetwork": false,
   "HostPID": false,
`,
    ]);
  });

  it.each([
    [
      'containers added',
      (o: Spec) => void o.spec.containers.push({ name: 'b', image: 'i' }),
      'spec.containers: Forbidden: pod updates may not add or remove containers',
    ],
    [
      'an image taken away',
      (o: Spec) => void Object.assign(o.spec.containers[0] ?? {}, { image: '' }),
      'spec.containers[0].image: Required value',
    ],
    [
      'a toleration taken away',
      (o: Spec) => void Object.assign(o.spec, { tolerations: [] }),
      'spec.tolerations: Forbidden: existing toleration can not be modified except its tolerationSeconds',
    ],
  ])('is refused for %s', (_, edit, expected) => {
    expect(change(edit as never)).toEqual([expected]);
  });

  it('may resize, but not into another QoS class', () => {
    const resize = (requests: object) =>
      change((o) => {
        o.spec['containers'] = [{ ...(o.spec['containers'] as object[])[0], resources: { requests } }];
      }, 'resize');
    expect(resize({})).toEqual([]);
    expect(resize({ cpu: '-1' })).toEqual([
      'spec.containers[0].resources.requests[cpu]: Invalid value: "-1": must be greater than or equal to 0',
    ]);
    expect(resize({ cpu: '1' })).toEqual([
      'spec: Invalid value: "BestEffort": Pod QOS Class may not change as a result of resizing',
    ]);
  });

  it('may resize the Pod as a whole, and nothing else of it, as long as the amounts stay', () => {
    const stored = pod('{containers: [{name: a, image: nginx}], resources: {limits: {cpu: 1, memory: 1Gi}}}');
    const resize = (resources: object) => {
      const wanted = structuredClone(stored);
      Object.assign((wanted as unknown as Spec).spec, { resources, hostname: 'other' });
      const next = prepareForSubresource('pods', 'resize', wanted, stored);
      expect(next).toMatchObject({ spec: { resources } });
      expect(next).not.toHaveProperty('spec.hostname');
      return validateUpdate('pods', next, stored, 'resize').map(
        ({ field, message }) => `${field}: ${message}`,
      );
    };
    const twice = { cpu: '2', memory: '2Gi' };
    expect(resize({ requests: twice, limits: twice })).toEqual([]);
    expect(resize({ requests: twice, limits: { cpu: '2' } })).toEqual([
      'spec: Invalid value: "Guaranteed": Pod QOS Class may not change as a result of resizing',
      'spec.resources.limits: Forbidden: pod-level resource limits cannot be removed',
    ]);
  });

  it.each<[what: string, wanted: string, expected: string[]]>([
    ['more CPU', '[{name: a, image: i, resources: {requests: {cpu: 2, ephemeral-storage: 1Gi}}}]', []],
    [
      'more disk',
      '[{name: a, image: i, resources: {requests: {cpu: 1, ephemeral-storage: 2Gi}}}]',
      ['spec: Forbidden: only cpu and memory resources are mutable'],
    ],
    [
      'no word of its CPU',
      '[{name: a, image: i, resources: {requests: {ephemeral-storage: 1Gi}}}]',
      [
        'spec: Invalid value: "Burstable": Pod QOS Class may not change as a result of resizing',
        'spec.containers[0].resources.requests: Forbidden: resource requests cannot be removed',
      ],
    ],
    [
      'another policy',
      '[{name: a, image: i, resources: {requests: {cpu: 1, ephemeral-storage: 1Gi}}, resizePolicy: [{resourceName: cpu, restartPolicy: RestartContainer}]}]',
      ['spec: Forbidden: only cpu and memory resources are mutable'],
    ],
    [
      'a container that is not there',
      '[{name: a, image: i, resources: {requests: {cpu: 1, ephemeral-storage: 1Gi}}}, {name: b}]',
      [
        'spec.containers[1].image: Required value',
        'spec.containers: Forbidden: containers may not be added or removed on resize',
      ],
    ],
  ])('may be resized to %s or not', (_, wanted, expected) => {
    const stored = pod(
      '{containers: [{name: a, image: i, resources: {requests: {cpu: 1, ephemeral-storage: 1Gi}}}]}',
    );
    const next = prepareForSubresource('pods', 'resize', pod(`{containers: ${wanted}}`), stored);
    const errors = validateUpdate('pods', next, stored, 'resize');
    expect(errors.map(({ field, message }) => `${field}: ${message}`)).toEqual(expected);
  });

  it('may add ephemeral containers, each with a name of its own', () => {
    const add = (name: string) =>
      change((o) => {
        o.spec['ephemeralContainers'] = [
          { name, image: 'busybox', imagePullPolicy: 'Always', terminationMessagePolicy: 'File' },
        ];
      }, 'ephemeralcontainers');
    expect(add('debugger')).toEqual([]);
    expect(add('a')).toEqual(['spec.ephemeralContainers[0].name: Duplicate value: "a"']);
  });
});

interface Spec {
  spec: { containers: object[]; tolerations?: object[] };
}
