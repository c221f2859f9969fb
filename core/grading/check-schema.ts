import { z } from 'zod';

/** Short forms of `kind:` and `name:`; any other kind is written out. */
export const shorthands = {
  pod: 'Pod',
  deployment: 'Deployment',
  replicaSet: 'ReplicaSet',
  statefulSet: 'StatefulSet',
  daemonSet: 'DaemonSet',
  job: 'Job',
  cronJob: 'CronJob',
  service: 'Service',
  endpointSlice: 'EndpointSlice',
  ingress: 'Ingress',
  networkPolicy: 'NetworkPolicy',
  configMap: 'ConfigMap',
  secret: 'Secret',
  serviceAccount: 'ServiceAccount',
  persistentVolumeClaim: 'PersistentVolumeClaim',
} as const;

export type Shorthand = keyof typeof shorthands;

const text = z.string().min(1, 'a text that is not empty');
const selector = z
  .union([text, z.record(z.string(), z.string())])
  .describe('Labels: `app=web,tier!=cache` as kubectl writes it, or a map');
const named = z
  .union([text, z.strictObject({ selector })])
  .describe('Name of the object, or `{selector: …}` for all that match');

const shorthandFields = Object.fromEntries(
  Object.keys(shorthands).map((key) => [key, named.optional()]),
) as Record<Shorthand, z.ZodOptional<typeof named>>;

const targetFields = {
  ...shorthandFields,
  kind: text.optional().describe('Any kind, with `name` or `selector`; without both: all in the namespace'),
  apiVersion: text.optional().describe('For kinds that are not Kubernetes’ own'),
  name: text.optional(),
  selector: selector.optional(),
};
const target = z.strictObject(targetFields);

const partial = z
  .record(z.string(), z.json())
  .describe('Part of the object; lists match by key in any order, null means: not there');

const texts = z.union([text, z.array(text).min(1)]);
const textMatchFields = {
  contains: texts.optional(),
  lacks: texts.optional().describe('Must not occur'),
  equals: z.string().optional().describe('The whole text, without white space at both ends'),
  matches: text.optional().describe('A regular expression (JavaScript, flags m and u)'),
};
const textMatch = z.union([text, z.strictObject(textMatchFields)]).describe('A text means: contains it');

const seconds = z.number().positive().max(600);

const steady = seconds.describe('Seconds without a change before it counts: for what may still fall over');

const stateFields = {
  ...targetFields,
  expect: partial.optional(),
  containers: z
    .record(z.string(), partial)
    .optional()
    .describe(
      'Container name → part of it, wherever it is. Besides its own fields: `role` (init, sidecar, main, ephemeral; one or a list) and `status` (its entry in the Pod’s status)',
    ),
  absent: z.literal(true).optional().describe('There must be no such object'),
  exactly: z
    .union([z.literal(true), z.array(text).min(1)])
    .optional()
    .describe('true: no list may have more items than named; or the field paths for which that holds'),
  count: z.union([z.number().int().min(0), z.strictObject({ min: z.number().int().min(1) })]).optional(),
  steady: steady.optional(),
  match: z
    .enum(['every', 'some'])
    .optional()
    .describe('With a selector: which of the objects; default every'),
};

const celFields = {
  ...targetFields,
  with: z
    .record(z.string().regex(/^[a-z]\w*$/, 'a name of letters and digits'), target)
    .optional()
    .describe('Further objects for the expression, by variable name'),
  cel: text.describe(
    'CEL; variables object, objects, vars (the lab’s variables and namespace) and those of `with`',
  ),
  message: text.optional().describe('CEL that gives the text of the failure'),
  steady: steady.optional(),
};

const inContainer = { pod: named, container: text.optional() };

const exec = z.strictObject({
  ...inContainer,
  command: z.array(z.string()).min(1).optional(),
  script: text.optional().describe('Run by `sh -c`, instead of a command'),
  stdin: z.string().optional(),
  exitCode: z
    .union([z.number().int(), z.literal('any')])
    .optional()
    .describe('Default 0'),
  stdout: textMatch.optional(),
  stderr: textMatch.optional(),
});

const http = z.strictObject({
  pod: named.optional(),
  service: text.optional(),
  port: z.union([z.number().int(), text]).optional().describe('Default 80'),
  path: z.string().optional().describe('Default /'),
  from: z.strictObject(inContainer).optional().describe('A container that asks, with wget or curl'),
  url: text.optional().describe('With `from`: what it asks for'),
  status: z.number().int().optional().describe('Default 200'),
  headers: z.record(z.string(), textMatch).optional(),
  body: textMatch.optional(),
});

const logs = z.strictObject({
  ...inContainer,
  previous: z.boolean().optional(),
  ...textMatchFields,
});

const events = z.strictObject({
  about: target,
  reason: texts.optional(),
  type: z.enum(['Normal', 'Warning']).optional(),
  message: textMatch.optional(),
  absent: z.literal(true).optional(),
});

const fact = z.union([
  z.strictObject({
    container: text,
    is: z.enum(['started', 'ready', 'finished', 'failed', 'restarted']),
  }),
  z.strictObject({ cel: text, says: text.describe('The fact in words, for the learner') }),
]);

const history = z.strictObject({
  ...targetFields,
  order: z.array(fact).min(2).optional().describe('Each became true before the next, on the same object'),
  ever: fact.optional(),
  never: fact.optional(),
  replaced: z.boolean().optional().describe('true: deleted and made anew (another uid); false: never was'),
});

const commonFields = {
  id: z
    .string()
    .regex(/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/, 'a name of lower-case letters, digits and "-"')
    .max(63),
  says: text.describe('What must be true, in the learner’s words'),
  points: z.number().min(0).optional().describe('Default: an even share of the task’s points'),
  reveal: z.boolean().optional().describe('false: a failure does not tell what was expected'),
  within: seconds.optional().describe('Seconds in which a state that is on its way may still become right'),
};

/** The alternatives of a check, and of what follows one, in the order in which `branchOf` numbers them. */
function alternatives(then: z.ZodType<FollowUp>) {
  const costly = {
    timeout: seconds.optional().describe('Seconds for one attempt, default 10'),
    // biome-ignore lint/suspicious/noThenProperty: a word of the lab format; it never holds a function
    then: then.optional().describe('What must be true afterwards; sees the same ${nonce}'),
  };
  const { id: _id, says: _says, points: _points, ...following } = commonFields;
  const of = <Common extends z.ZodRawShape>(common: Common) =>
    [
      z.strictObject({ ...common, exec, ...costly }),
      z.strictObject({ ...common, http, ...costly }),
      z.strictObject({ ...common, logs, ...costly }),
      z.strictObject({ ...common, events }),
      z.strictObject({ ...common, history }),
      z.strictObject({ ...common, ...celFields }),
      z.strictObject({ ...common, ...stateFields }),
    ] as const;
  return { check: of(commonFields), followUp: of(following) };
}

export type Target = z.infer<typeof target>;
export type TextMatch = z.infer<typeof textMatch>;
export type Fact = z.infer<typeof fact>;
export type ExecSpec = z.infer<typeof exec>;
export type HttpSpec = z.infer<typeof http>;
export type LogsSpec = z.infer<typeof logs>;
export type EventsSpec = z.infer<typeof events>;
export type HistorySpec = z.infer<typeof history>;
export type CelSpec = z.infer<z.ZodObject<typeof celFields>>;
export type StateSpec = z.infer<z.ZodObject<typeof stateFields>>;

interface Costly {
  timeout?: number;
  then?: FollowUp;
}
/** What a check asks: its kind is told by the one key that only this kind has. */
export type CheckBody =
  | ({ exec: ExecSpec } & Costly)
  | ({ http: HttpSpec } & Costly)
  | ({ logs: LogsSpec } & Costly)
  | { events: EventsSpec }
  | { history: HistorySpec }
  | CelSpec
  | StateSpec;

/** A body after `then`. */
export type FollowUp = CheckBody & { reveal?: boolean; within?: number };

/** One check of a lab as written, valid. */
export type Check = FollowUp & { id: string; says: string; points?: number };

const followUpSchema: z.ZodType<FollowUp> = z.lazy(() => z.union(alternatives(followUpSchema).followUp));

/** For the JSON Schema. Parsing goes by `parseCheck`, whose errors are those of the kind that was meant. */
export const checkSchema = z.union(alternatives(followUpSchema).check);

const discriminators = ['exec', 'http', 'logs', 'events', 'history', 'cel'];

function branchOf(value: object): number {
  const found = discriminators.findIndex((key) => key in value);
  return found < 0 ? discriminators.length : found;
}

const shallow = alternatives(z.custom<FollowUp>());

/** What is wrong with a check as written: zod's issues, paths from the check. None: it is a `Check`. */
export function checkIssues(value: unknown, form: 'check' | 'followUp' = 'check'): z.core.$ZodIssue[] {
  if (typeof value !== 'object' || value === null)
    return [{ code: 'invalid_type', expected: 'object', path: [], message: 'expected a map', input: value }];
  const schema = shallow[form][branchOf(value)];
  const issues = schema?.safeParse(value).error?.issues ?? [];
  if (!('then' in value)) return issues;
  const after = checkIssues(value.then, 'followUp');
  return [...issues, ...after.map((issue) => ({ ...issue, path: ['then', ...issue.path] }))];
}
