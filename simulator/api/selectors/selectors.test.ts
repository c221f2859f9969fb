import { describe, expect, it } from 'vitest';
import type { KubeObject, ResourceName } from '../../schema/types';
import { parseFieldSelector } from './field-selector';
import { parseLabelSelector } from './label-selector';

describe('label selectors', () => {
  const labels = { app: 'web', tier: 'front', 'example.com/n': '5' };
  it.each([
    ['', true],
    ['app=web', true],
    ['app==web,tier=front', true],
    ['app=api', false],
    ['app!=api', true],
    ['absent!=x', true],
    ['app in (web, api)', true],
    ['app notin (web)', false],
    ['absent notin (web)', true],
    ['app', true],
    ['!app', false],
    ['!absent', true],
    ['example.com/n>4', true],
    ['example.com/n<4', false],
    // Labels, not what every JavaScript object has.
    ['constructor', false],
    ['!toString', true],
  ])('%s: %s', (text, matches) => {
    expect(parseLabelSelector(text)(labels)).toBe(matches);
  });

  it.each(['a=b,', 'app in web', '=x', 'app in (a', 'a b', 'bad!key%=1'])('%s is refused', (text) => {
    expect(() => parseLabelSelector(text)).toThrow(
      expect.objectContaining({ code: 400, message: expect.stringMatching(/^unable to parse requirement/) }),
    );
  });
});

describe('field selectors of events', () => {
  const event = {
    metadata: {},
    involvedObject: { kind: 'Pod', name: 'web' },
    reportingComponent: 'kubelet',
    source: { component: 'kubelet' },
  } as unknown as KubeObject;
  it.each([
    ['involvedObject.name=web,source=kubelet', true],
    // As events.k8s.io/v1 names them (AddFieldLabelConversionsForEvent).
    ['regarding.kind=Pod,regarding.name=web', true],
    ['reportingController=kubelet', true],
    ['reportingController=other', false],
  ])('%s: %s', (text, matches) => {
    expect(parseFieldSelector('events', text)(event)).toBe(matches);
  });

  it('take who reports for the source, where no source is named', () => {
    const reported = { ...event, source: {} } as KubeObject;
    expect(parseFieldSelector('events', 'source=kubelet')(reported)).toBe(true);
  });
});

describe('field selectors', () => {
  const pod = {
    metadata: { name: 'web', namespace: 'n' },
    spec: { nodeName: 'node' },
    status: { phase: 'Running' },
  } as unknown as KubeObject;
  it.each([
    ['metadata.name=web', true],
    ['metadata.name!=web', false],
    ['status.phase=Running,spec.nodeName=node', true],
    ['spec.hostNetwork=false', true],
    ['status.podIP=', true],
  ])('%s: %s', (text, matches) => {
    expect(parseFieldSelector('pods', text)(pod)).toBe(matches);
  });

  it.each<[ResourceName, string]>([
    ['pods', 'field label not supported: spec.x'],
    ['jobs.batch', 'field label "spec.x" not supported for batchv1.Job'],
    [
      'deployments.apps',
      '"spec.x" is not a known field selector: only "metadata.name", "metadata.namespace"',
    ],
    ['widgets.example.com' as ResourceName, 'field label not supported: spec.x'],
  ])('of %s refuse what cannot be selected on', (resource, message) => {
    expect(() => parseFieldSelector(resource, 'spec.x=1')).toThrow(message);
  });
});
