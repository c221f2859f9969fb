import type { CustomResourceDefinition } from '../schema/types';
import { type ControllerContext, type StopController, timestamp } from './controller';
import { registerCustomApiServices } from './custom-api-services';
import { WorkQueue } from './work-queue';

const DEFINITIONS = 'customresourcedefinitions.apiextensions.k8s.io';
/** Set when a definition is deleted: its objects go first. */
const CLEANUP = 'customresourcecleanup.apiextensions.k8s.io';
const RECHECK_MS = 500;

type Condition = NonNullable<NonNullable<CustomResourceDefinition['status']>['conditions']>[number];
type Names = CustomResourceDefinition['spec']['names'];

/**
 * Accepts the names of CustomResourceDefinitions, has them served, and empties those that are being deleted (apiextensions:
 * naming, establishing and finalizer controllers).
 */
export function startCustomResourceDefinitionController(context: ControllerContext): StopController {
  const { client } = context;
  const queue = new WorkQueue(context.clock, (name) => reconcile(context, queue, name), context.onError);
  const stop = client.watch(DEFINITIONS, {}, ({ type, object }) => {
    queue.add(object.metadata.name ?? '');
    // Names that it held may be another's now.
    if (type === 'DELETED')
      for (const { metadata } of client.list(DEFINITIONS)) queue.add(metadata.name ?? '');
  });
  return () => {
    stop();
    queue.stop();
  };
}

function reconcile(context: ControllerContext, queue: WorkQueue, name: string): void {
  const definition = context.client.get(DEFINITIONS, '', name);
  if (definition?.metadata.deletionTimestamp) empty(context, queue, definition);
  else if (definition) establish(context, definition);
  registerCustomApiServices(context);
}

function establish({ client, clock }: ControllerContext, definition: CustomResourceDefinition): void {
  const { spec, status } = definition;
  const conflict = conflictOf(client.list(DEFINITIONS), definition);
  const conditions = status?.conditions ?? [];
  const isEstablished = conditions.some(({ type, status }) => type === 'Established' && status === 'True');
  const wanted: [type: string, status: string, reason: string, message: string][] = [
    conflict
      ? ['NamesAccepted', 'False', conflict.reason, conflict.message]
      : ['NamesAccepted', 'True', 'NoConflicts', 'no conflicts found'],
    conflict && !isEstablished
      ? ['Established', 'False', 'NotAccepted', 'not all names are accepted']
      : ['Established', 'True', 'InitialNamesAccepted', 'the initial names have been accepted'],
  ];
  const others = conditions.filter(({ type }) => !wanted.some(([each]) => each === type));
  const storage = spec.versions.filter((version) => version.storage).map((version) => version.name);
  client.updateStatus(DEFINITIONS, {
    ...definition,
    status: {
      ...status,
      acceptedNames: conflict ? (status?.acceptedNames ?? { kind: '', plural: '' }) : spec.names,
      conditions: [...others, ...wanted.map((row) => condition(row, conditions, clock.now()))],
      storedVersions: [...new Set([...(status?.storedVersions ?? []), ...storage])],
    },
  });
}

function condition(
  [type, status, reason, message]: [string, string, string, string],
  before: readonly Condition[],
  now: number,
): Condition {
  const old = before.find((each) => each.type === type);
  const same = old?.status === status && old.lastTransitionTime;
  const since = same ? old.lastTransitionTime : timestamp(now);
  return { lastTransitionTime: since, message, reason, status, type } as Condition;
}

/** Names that another definition of the group has been given already. */
function conflictOf(
  all: readonly CustomResourceDefinition[],
  { metadata, spec }: CustomResourceDefinition,
): { reason: string; message: string } | undefined {
  const others = all.filter(
    ({ metadata: { uid }, spec: { group } }) => uid !== metadata.uid && group === spec.group,
  );
  const accepted = others.map(({ status }) => status?.acceptedNames).filter((names) => names !== undefined);
  const resources = new Set(accepted.flatMap(resourceNames));
  const kinds = new Set(accepted.flatMap(({ kind, listKind }) => [kind, listKind]));
  const { plural, singular = '', shortNames = [], kind, listKind = '' } = spec.names;
  const rows: [reason: string, names: string[], taken: Set<string | undefined>][] = [
    ['PluralConflict', [plural], resources],
    ['SingularConflict', [singular], resources],
    ['ShortNamesConflict', shortNames, resources],
    ['KindConflict', [kind], kinds],
    ['ListKindConflict', [listKind], kinds],
  ];
  for (const [reason, names, taken] of rows) {
    const used = names.filter((name) => name !== '' && taken.has(name));
    if (used.length > 0) {
      return { reason, message: used.map((name) => `"${name}" is already in use`).join(', ') };
    }
  }
  return undefined;
}

function resourceNames({ plural, singular, shortNames }: Names): (string | undefined)[] {
  return [plural, singular, ...(shortNames ?? [])];
}

function empty(context: ControllerContext, queue: WorkQueue, definition: CustomResourceDefinition): void {
  const { client, clock } = context;
  if (!definition.metadata.finalizers?.includes(CLEANUP)) return;
  const conditions = definition.status?.conditions ?? [];
  const resource = client
    .resources()
    .find(
      ({ custom, name }) => custom && name === `${definition.spec.names.plural}.${definition.spec.group}`,
    );
  const objects = resource ? client.list(resource.name) : [];
  for (const { metadata } of objects) {
    if (resource && !metadata.deletionTimestamp) {
      client.delete(resource.name, metadata.namespace ?? '', metadata.name ?? '');
    }
  }
  const left = resource ? client.list(resource.name).length : 0;
  const terminating = condition(
    left > 0
      ? ['Terminating', 'True', 'InstanceDeletionInProgress', 'CustomResource deletion is in progress']
      : ['Terminating', 'False', 'InstanceDeletionCompleted', 'removed all instances'],
    conditions,
    clock.now(),
  );
  const reported = client.updateStatus(DEFINITIONS, {
    ...definition,
    status: {
      acceptedNames: definition.spec.names,
      storedVersions: [],
      ...definition.status,
      conditions: [...conditions.filter(({ type }) => type !== 'Terminating'), terminating],
    },
  });
  if (left > 0) {
    queue.addAfter(definition.metadata.name ?? '', RECHECK_MS);
    return;
  }
  const finalizers = (reported.metadata.finalizers ?? []).filter((each) => each !== CLEANUP);
  client.update(DEFINITIONS, { ...reported, metadata: { ...reported.metadata, finalizers } });
}
