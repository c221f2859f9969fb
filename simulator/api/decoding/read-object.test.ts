import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import type { CustomType } from '../../schema/custom-type';
import { resourceByName } from '../../schema/resources';
import type { ResourceName } from '../../schema/types';
import { readObject, readPatched } from './read-object';

const read = (resource: ResourceName, yaml: string) => () =>
  readObject(parse(yaml), resourceByName(resource), 'Strict', () => {});

describe('a body is refused', () => {
  it.each<[ResourceName, string, string]>([
    [
      'pods',
      'spec: {restartPolicy: 5}',
      'number into Go struct field PodSpec.spec.restartPolicy of type v1.RestartPolicy',
    ],
    [
      'persistentvolumeclaims',
      'spec: {accessModes: ReadWriteOnce}',
      'string into Go struct field PersistentVolumeClaimSpec.spec.accessModes of type []v1.PersistentVolumeAccessMode',
    ],
    [
      'pods',
      'spec: {containers: [{resources: {limits: 1Gi}}]}',
      'string into Go struct field ResourceRequirements.spec.containers.resources.limits of type v1.ResourceList',
    ],
    [
      'pods',
      'spec: {containers: [{securityContext: {capabilities: {add: [1]}}}]}',
      'number into Go struct field Capabilities.spec.containers.securityContext.capabilities.add of type v1.Capability',
    ],
    [
      'horizontalpodautoscalers.autoscaling',
      'spec: {metrics: [{type: {}}]}',
      'object into Go struct field MetricSpec.spec.metrics.type of type v2.MetricSourceType',
    ],
    [
      'pods',
      'spec: {containers: [{command: ls}]}',
      'string into Go struct field Container.spec.containers.command of type []string',
    ],
  ])('%s of %s', (resource, yaml, text) => {
    expect(read(resource, yaml)).toThrow(`json: cannot unmarshal ${text}`);
  });

  it.each([
    [
      '{apiVersion: v1, kind: pod}',
      'pod in version "v1" cannot be handled as a Pod: no kind "pod" is registered for version "v1" in scheme "k8s.io/kubernetes/pkg/api/legacyscheme/scheme.go:30"',
    ],
    [
      '{apiVersion: v1, kind: Service}',
      'Service in version "v1" cannot be handled as a Pod: converting (v1.Service) to (core.Pod): unknown conversion',
    ],
    [
      '{apiVersion: v2, kind: Pod}',
      'the API version in the data (v2) does not match the expected API version (v1)',
    ],
  ])('as a Pod: %s', (yaml, text) => {
    expect(read('pods', yaml)).toThrow(text);
  });

  it('as a custom resource of another kind', () => {
    const shirt = {
      apiVersion: 'example.com/v1',
      kind: 'Shirt',
      model: '',
      custom: { schema: { type: 'object' } } as CustomType,
    };
    const body = { apiVersion: 'example.com/v1', kind: 'shirt', metadata: { name: 'one' } };
    expect(() => readObject(body, shirt, 'Strict', () => {})).toThrow(
      'Shirt.example.com "one" is invalid: kind: Invalid value: "shirt": must be Shirt',
    );
  });
});

describe('what a patch leads to is refused', () => {
  const refusal = (strategic: boolean, yaml: string) => () =>
    readPatched(parse(yaml), {}, resourceByName('pods'), 'Strict', () => {}, { strategic, text: () => 'P' });

  it.each([
    ['{spec: {hostNetwork: "yes"}}', 'unrecognized type: bool'],
    ['{spec: {containers: [{env: [{value: 5}]}]}}', 'cannot convert int64 to string'],
    ['{spec: {restartPolicy: 5}}', 'cannot convert int64 to v1.RestartPolicy'],
    ['{spec: {containers: [{ports: [{containerPort: "80"}]}]}}', 'unrecognized type: int32'],
    ['{spec: {containers: [{ports: [{containerPort: 80.5}]}]}}', 'cannot convert float64 to int32'],
    ['{spec: {containers: {}}}', 'cannot restore slice from map'],
    ['{spec: []}', 'cannot restore struct from: slice'],
    ['{metadata: {labels: [a]}}', 'cannot restore map from slice'],
    ['{spec: {hostnetwork: true}}', 'strict decoding error: unknown field "spec.hostnetwork"'],
    [
      '{spec: {containers: [{resources: {limits: {memory: 1GB}}}]}}',
      "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'",
    ],
  ])('%s', (yaml, text) => {
    expect(refusal(true, yaml)).toThrow(` "" is invalid: patch: Invalid value: "P": ${text}`);
  });

  it('in the words of JSON when it is no strategic one', () => {
    expect(refusal(false, '{spec: {hostNetwork: "yes"}}')).toThrow(
      ' "" is invalid: patch: Invalid value: "P": json: cannot unmarshal string into Go struct field PodSpec.spec.hostNetwork of type bool',
    );
  });
});
