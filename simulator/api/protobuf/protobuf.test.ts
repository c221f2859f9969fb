import { describe, expect, it } from 'vitest';
import { decodeProtobuf } from '.';

const TYPE = 'application/vnd.kubernetes.protobuf';
const decode = (base64: string) => decodeProtobuf(TYPE, Buffer.from(base64, 'base64'));

/** runtime.Unknown around a message: all lengths here fit one byte. */
function envelope(apiVersion: string, kind: string, message: number[]): string {
  const field = (number: number, bytes: number[]) => [(number << 3) | 2, bytes.length, ...bytes];
  const text = (value: string) => [...Buffer.from(value)];
  const type = [...field(1, text(apiVersion)), ...field(2, text(kind))];
  return Buffer.from([...text('k8s\0'), ...field(1, type), ...field(2, message)]).toString('base64');
}

describe('a protobuf body', () => {
  it.each([
    [
      'create ns lab',
      'azhzAAoPCgJ2MRIJTmFtZXNwYWNlEhsKEwoDbGFiEgAaACIAKgAyADgAQgASABoCCgAaACIA',
      { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'lab' }, spec: {}, status: {} },
    ],
    [
      'create deployment web --image=nginx --replicas=2 --port=80',
      'azhzAAoVCgdhcHBzL3YxEgpEZXBsb3ltZW50ErgBCh8KA3dlYhIAGgAiACoAMgA4AEIAWgoKA2FwcBIDd2ViEoYBCAISDAoKCgNhcHASA3dlYhpsChwKABIAGgAiACoAMgA4AEIAWgoKA2FwcBIDd2ViEkwSLgoFbmdpbngSBW5naW54KgAyCgoAEAAYUCIAKgBCAGoAcgCAAQCIAQCQAQCiAQAaADIAQgBKAFIAWABgAGgAggEAigEAmgEAwgEAIgIKACgAOAAaDAgAEAAYACAAKAA4ABoAIgA=',
      {
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        metadata: { name: 'web', labels: { app: 'web' } },
        spec: {
          replicas: 2,
          selector: { matchLabels: { app: 'web' } },
          template: {
            metadata: { labels: { app: 'web' } },
            spec: {
              containers: [{ name: 'nginx', image: 'nginx', ports: [{ containerPort: 80 }], resources: {} }],
            },
          },
          strategy: {},
        },
        status: {},
      },
    ],
    [
      'create secret generic s --from-literal=p=x',
      'azhzAAoMCgJ2MRIGU2VjcmV0Eh0KEQoBcxIAGgAiACoAMgA4AEIAEgYKAXASAXgaABoAIgA=',
      { apiVersion: 'v1', kind: 'Secret', metadata: { name: 's' }, data: { p: 'eA==' } },
    ],
    [
      "create cronjob cj --image=busybox --schedule='*/5 * * * *' -- date",
      'azhzAAoTCghiYXRjaC92MRIHQ3JvbkpvYhKkAQoSCgJjahIAGgAiACoAMgA4AEIAEosBCgsqLzUgKiAqICogKhoAKnoKEgoCY2oSABoAIgAqADIAOABCABJkMmIKEAoAEgAaACIAKgAyADgAQgASThInCgJjahIHYnVzeWJveBoEZGF0ZSoAQgBqAHIAgAEAiAEAkAEAogEAGglPbkZhaWx1cmUyAEIASgBSAFgAYABoAIIBAIoBAJoBAMIBABoAGgAiAA==',
      {
        apiVersion: 'batch/v1',
        kind: 'CronJob',
        metadata: { name: 'cj' },
        spec: {
          schedule: '*/5 * * * *',
          jobTemplate: {
            metadata: { name: 'cj' },
            spec: {
              template: {
                metadata: {},
                spec: {
                  containers: [{ name: 'cj', image: 'busybox', command: ['date'], resources: {} }],
                  restartPolicy: 'OnFailure',
                },
              },
            },
          },
        },
        status: {},
      },
    ],
    [
      'create ingress i --rule="a.test/*=web:80"',
      'azhzAAofChRuZXR3b3JraW5nLms4cy5pby92MRIHSW5ncmVzcxJDChEKAWkSABoAIgAqADIAOABCABIqGigKBmEudGVzdBIeChwKGgoBLxINIgsKA3dlYhIECgAQUBoGUHJlZml4GgIKABoAIgA=',
      {
        apiVersion: 'networking.k8s.io/v1',
        kind: 'Ingress',
        metadata: { name: 'i' },
        spec: {
          rules: [
            {
              host: 'a.test',
              http: {
                paths: [
                  {
                    path: '/',
                    backend: { service: { name: 'web', port: { number: 80 } } },
                    pathType: 'Prefix',
                  },
                ],
              },
            },
          ],
        },
        status: { loadBalancer: {} },
      },
    ],
    [
      'create quota q --hard=pods=10',
      'azhzAAoTCgJ2MRINUmVzb3VyY2VRdW90YRIlChEKAXESABoAIgAqADIAOABCABIOCgwKBHBvZHMSBAoCMTAaABoAIgA=',
      {
        apiVersion: 'v1',
        kind: 'ResourceQuota',
        metadata: { name: 'q' },
        spec: { hard: { pods: '10' } },
        status: {},
      },
    ],
    [
      'create pdb p --selector=app=web --min-available=50%',
      'azhzAAogCglwb2xpY3kvdjESE1BvZERpc3J1cHRpb25CdWRnZXQSOgoRCgFwEgAaACIAKgAyADgAQgASGQoJCAEQABoDNTAlEgwKCgoDYXBwEgN3ZWIaCggAGAAgACgAMAAaACIA',
      {
        apiVersion: 'policy/v1',
        kind: 'PodDisruptionBudget',
        metadata: { name: 'p' },
        spec: { minAvailable: '50%', selector: { matchLabels: { app: 'web' } } },
        status: {},
      },
    ],
    [
      'autoscale deployment web --max=3 --cpu-percent=80',
      'azhzAAopCg5hdXRvc2NhbGluZy92MRIXSG9yaXpvbnRhbFBvZEF1dG9zY2FsZXISPQoTCgN3ZWISABoAIgAqADIAOABCABIgChoKCkRlcGxveW1lbnQSA3dlYhoHYXBwcy92MRgDIFAaBBgAIAAaACIA',
      {
        apiVersion: 'autoscaling/v1',
        kind: 'HorizontalPodAutoscaler',
        metadata: { name: 'web' },
        spec: {
          scaleTargetRef: { kind: 'Deployment', name: 'web', apiVersion: 'apps/v1' },
          maxReplicas: 3,
          targetCPUUtilizationPercentage: 80,
        },
        status: {},
      },
    ],
    [
      'auth can-i create pods',
      'azhzAAoyChdhdXRob3JpemF0aW9uLms4cy5pby92MRIXU2VsZlN1YmplY3RBY2Nlc3NSZXZpZXcSOwoQCgASABoAIgAqADIAOABCABIdChsKA2xhYhIGY3JlYXRlGgAiACoEcG9kczIAOgAaCAgAEgAaACAAGgAiAA==',
      {
        apiVersion: 'authorization.k8s.io/v1',
        kind: 'SelfSubjectAccessReview',
        metadata: {},
        spec: { resourceAttributes: { namespace: 'lab', verb: 'create', resource: 'pods' } },
        status: {},
      },
    ],
  ])('of kubectl 1.32 %s', (_, body, object) => {
    expect(decode(body)).toEqual(object);
  });

  it('of a CustomResourceDefinition holds schemas, and what may stand in the place of one', () => {
    // As k8s.io/apimachinery (1.36) encodes it.
    const { spec } = decode(
      'azhzAAozChdhcGlleHRlbnNpb25zLms4cy5pby92MRIYQ3VzdG9tUmVzb3VyY2VEZWZpbml0aW9uEs8DChUKBWEuYi5jEgAaACIAKgAyADgAQgASpwMKA2IuYxoKCgFhEgAiAUEqACIKTmFtZXNwYWNlZDqFAwoCdjEQARgAIvQCCvECCgASACIAKgZvYmplY3QyADoAUABgAHoAkAEA6gFUCgFsEk8KABIAIgAqBWFycmF5MgA6AFAAYAB6AIgBAZABAMIBJgokCgASACIAKgZzdHJpbmcyADoAUABgAHoAkAEAqAIAuAIAwAIAqAIAuAIAwAIA6gFVCgFtElAKABIAIgAqBm9iamVjdDIAOgBQAGAAegCQAQDyASkIARIlCgASACIAKgdpbnRlZ2VyMgA6AFAAYAB6AJABAKgCALgCAMACAKgCALgCAMACAOoBQQoBbhI8CgASACIAKgZudW1iZXIyADoAQgUKAzIuNUkAAAAAAAAMQFAAYAB6AJABAKIBBQoDMi41qAIAuAIAwAIA6gEuCgFvEikKABIAIgAqBm9iamVjdDIAOgBQAGAAegCQAQDyAQIIAagCALgCAMACAOoBJgoBeBIhCgASACIAKgAyADoAUABgAHoAkAEAqAIAsAIBuAIAwAIBqAIAuAIAwAIAKgIKADgAUAAaDBIICgASACIAKgAgABoAIgA=',
    ) as { spec: { versions: { schema: { openAPIV3Schema: unknown } }[] } };
    const [version] = spec.versions;
    expect(version).toMatchObject({ name: 'v1', served: true, storage: false, subresources: { status: {} } });
    expect(version?.schema.openAPIV3Schema).toEqual({
      type: 'object',
      properties: {
        n: { type: 'number', maximum: 3.5, default: 2.5, enum: [2.5] },
        l: { type: 'array', minItems: 1, items: { type: 'string' } },
        m: { type: 'object', additionalProperties: { type: 'integer' } },
        o: { type: 'object', additionalProperties: true },
        x: { 'x-kubernetes-preserve-unknown-fields': true, 'x-kubernetes-int-or-string': true },
      },
    });
  });

  it('keeps a zero that was said, and leaves out one that was not', () => {
    // apps/v1 Deployment: spec (2) { replicas (1, pointer): 0, minReadySeconds (5): 0 }
    expect(decode(envelope('apps/v1', 'Deployment', [0x12, 4, 0x08, 0, 0x28, 0]))).toEqual({
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      spec: { replicas: 0 },
    });
  });

  it('reads negative numbers, times and fields it does not know', () => {
    // meta/v1 DeleteOptions: gracePeriodSeconds (1): -1, an unknown field 99.
    const minusOne = [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01];
    expect(decode(envelope('v1', 'DeleteOptions', [0x08, ...minusOne, 0x98, 0x06, 0x01]))).toMatchObject({
      gracePeriodSeconds: -1,
    });
    // core/v1 Pod: metadata (1) { creationTimestamp (8) { seconds (1): 1 } }
    expect(decode(envelope('v1', 'Pod', [0x0a, 4, 0x42, 2, 0x08, 1]))).toMatchObject({
      metadata: { creationTimestamp: '1970-01-01T00:00:01Z' },
    });
  });

  it.each([
    ['no magic', Buffer.from('{}').toString('base64'), 'does not appear to be a protobuf message'],
    ['an end too soon', envelope('v1', 'Pod', [0x0a, 9, 0x42]), 'unexpected EOF'],
    ['a kind that is not known', envelope('v1', 'Ship', []), 'v1 Ship is not taken as protobuf here'],
  ])('with %s is refused', (_, body, message) => {
    expect(() => decode(body)).toThrow(message);
  });
});
