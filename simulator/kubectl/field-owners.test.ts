import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Session, startSession } from './session';

let session: Session;
beforeAll(async () => {
  session = await startSession();
});
afterAll(() => session.stop());

type Owner = { manager: string; fieldsV1: Record<string, unknown> };

// apiserver handlers/create.go: fields get their owner before admission changes the object.
it('gives to kubectl what kubectl sent and its defaults, and to nobody what admission added', async () => {
  await session.kubectl('run owned --image=busybox:1.36 -- sleep 1d');
  const { stdout } = await session.kubectl('get pod owned -o json --show-managed-fields');
  const owners = (JSON.parse(stdout) as { metadata: { managedFields: Owner[] } }).metadata.managedFields;
  expect(owners.find(({ manager }) => manager === 'kubectl-run')?.fieldsV1).toEqual({
    'f:metadata': { 'f:labels': { '.': {}, 'f:run': {} } },
    'f:spec': {
      'f:containers': {
        'k:{"name":"owned"}': {
          '.': {},
          'f:args': {},
          'f:image': {},
          'f:imagePullPolicy': {},
          'f:name': {},
          'f:resources': {},
          'f:terminationMessagePath': {},
          'f:terminationMessagePolicy': {},
        },
      },
      'f:dnsPolicy': {},
      'f:enableServiceLinks': {},
      'f:restartPolicy': {},
      'f:schedulerName': {},
      'f:securityContext': {},
      'f:terminationGracePeriodSeconds': {},
    },
  });
});
