import { describe, expect, it } from 'vitest';
import { cluster } from './cluster-for-tests';

const CONTAINERS = 'containers: [{name: a, image: b}]';

describe('a RuntimeClass', () => {
  const CLASS =
    '{handler: h, overhead: {podFixed: {cpu: 250m}}, scheduling: {nodeSelector: {sand: box}, tolerations: [{key: sand, operator: Exists}]}}';

  it('says what its Pods cost and where they go', () => {
    const { create } = cluster();
    create('runtimeclasses.node.k8s.io', 'gvisor', CLASS);
    const { spec } = create(
      'pods',
      'web',
      `spec: {runtimeClassName: gvisor, nodeSelector: {a: b}, ${CONTAINERS}}`,
    );
    expect(spec).toMatchObject({ overhead: { cpu: '250m' }, nodeSelector: { a: 'b', sand: 'box' } });
    expect(spec?.tolerations).toContainEqual({ key: 'sand', operator: 'Exists' });
  });

  it.each([
    [
      'nodeSelector: {sand: castle}',
      'pods "web" is forbidden: conflict: runtimeClass.scheduling.nodeSelector[sand] = box; pod.spec.nodeSelector[sand] = castle',
    ],
    ['overhead: {cpu: 1}', "pod rejected: Pod's Overhead doesn't match RuntimeClass's defined Overhead"],
  ])('refuses a Pod with %s', (field, message) => {
    const { create } = cluster();
    create('runtimeclasses.node.k8s.io', 'gvisor', CLASS);
    expect(() => create('pods', 'web', `spec: {runtimeClassName: gvisor, ${field}, ${CONTAINERS}}`)).toThrow(
      message,
    );
  });

  it('is what only has overhead', () => {
    expect(() => cluster().create('pods', 'web', `spec: {overhead: {cpu: 1}, ${CONTAINERS}}`)).toThrow(
      'pod rejected: Pod Overhead set without corresponding RuntimeClass defined Overhead',
    );
  });
});

describe('a PriorityClass', () => {
  it('alone says whether its Pods preempt others', () => {
    const { create } = cluster();
    create('priorityclasses.scheduling.k8s.io', 'polite', 'value: 1\npreemptionPolicy: Never');
    const pod = (field: string) => create('pods', 'web', `spec: {${field}, ${CONTAINERS}}`);
    expect(() => pod('preemptionPolicy: Never')).toThrow(
      'the string value of PreemptionPolicy (Never) must not be provided in pod spec; priority admission controller computed PreemptLowerPriority from the given PriorityClass name',
    );
    expect(pod('priorityClassName: polite').spec?.preemptionPolicy).toBe('Never');
  });

  it('for all there is but once', () => {
    const { create } = cluster();
    create('priorityclasses.scheduling.k8s.io', 'usual', 'value: 1\nglobalDefault: true');
    expect(() =>
      create('priorityclasses.scheduling.k8s.io', 'other', 'value: 2\nglobalDefault: true'),
    ).toThrow(
      'priorityclasses.scheduling.k8s.io "other" is forbidden: PriorityClass usual is already marked as default. Only one default can exist',
    );
  });
});
