import { expect, it } from 'vitest';
import { parse } from 'yaml';
import type { Pod } from '../../schema/types';
import { applyLabelKeys } from './label-keys';

it.each([
  [
    'what is to match',
    '{affinity: {podAffinity: {requiredDuringSchedulingIgnoredDuringExecution: [{topologyKey: t, labelSelector: {matchLabels: {app: a}}, matchLabelKeys: [hash, gone]}]}}}',
    'affinity.podAffinity.requiredDuringSchedulingIgnoredDuringExecution.0.labelSelector',
    { matchLabels: { app: 'a' }, matchExpressions: [{ key: 'hash', operator: 'In', values: ['1'] }] },
  ],
  [
    'what is not to',
    '{affinity: {podAntiAffinity: {preferredDuringSchedulingIgnoredDuringExecution: [{weight: 1, podAffinityTerm: {topologyKey: t, labelSelector: {}, mismatchLabelKeys: [hash]}}]}}}',
    'affinity.podAntiAffinity.preferredDuringSchedulingIgnoredDuringExecution.0.podAffinityTerm.labelSelector',
    { matchExpressions: [{ key: 'hash', operator: 'NotIn', values: ['1'] }] },
  ],
  [
    'what is spread',
    '{topologySpreadConstraints: [{labelSelector: {matchExpressions: [{key: app, operator: Exists}]}, matchLabelKeys: [hash]}]}',
    'topologySpreadConstraints.0.labelSelector',
    {
      matchExpressions: [
        { key: 'app', operator: 'Exists' },
        { key: 'hash', operator: 'In', values: ['1'] },
      ],
    },
  ],
  [
    'nothing without a selector',
    '{topologySpreadConstraints: [{matchLabelKeys: [hash]}]}',
    'topologySpreadConstraints.0',
    { matchLabelKeys: ['hash'] },
  ],
])('a new Pod’s labels say %s', (_, spec, path, expected) => {
  const pod = { metadata: { labels: { hash: '1' } }, spec: parse(spec) } as unknown as Pod;
  applyLabelKeys(pod);
  expect(pod.spec).toHaveProperty(path, expected);
});
