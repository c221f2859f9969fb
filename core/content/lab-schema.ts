import { z } from 'zod';
import { checkSchema } from '../grading/check-schema';

const text = z.string().min(1, 'a text that is not empty');
const id = z
  .string()
  .regex(/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/, 'a name of lower-case letters, digits and "-"')
  .max(63);
const path = z
  .string()
  .regex(
    /^(?!\/)(?!.*(^|\/)\.\.(\/|$))[\w./-]+$/,
    'a path below the lab’s folder, of letters, digits, ".", "-", "_" and "/"',
  );

const value = z.union([z.string(), z.number()]);
const variable = z.union([
  z.strictObject({ pick: z.array(value).min(1) }),
  z.strictObject({
    between: z
      .tuple([z.number().int(), z.number().int()])
      .refine(([low, high]) => low <= high, 'expected the lower number first'),
  }),
]);

const hint = z.union([
  text,
  z.strictObject({ text, cost: z.number().min(0).describe('Points taken off; default 0') }),
]);

const domains = [
  'application-design-and-build',
  'application-deployment',
  'application-observability-and-maintenance',
  'application-environment-configuration-and-security',
  'services-and-networking',
] as const;

function labOf<Check extends z.ZodType>(check: Check) {
  const task = z.strictObject({
    id,
    title: text,
    text: text.describe('What to do, Markdown'),
    points: z.number().int().min(1).max(100),
    checks: z.array(check).min(1),
    hints: z.array(hint).default([]).describe('From a nudge to nearly the answer'),
  });
  return z.strictObject({
    title: text.max(80),
    intro: text.describe('Two or three sentences of situation, Markdown'),
    minutes: z.number().int().min(1).max(180),
    objectives: z.array(text).min(1),
    domain: z.enum(domains).describe('Exam domain, for scoring'),
    images: z.array(text).min(1).describe('Images that the lab’s Pods use, to be loaded ahead'),
    variables: z
      .record(z.string().regex(/^[a-z][A-Za-z0-9]*$/, 'a name of letters and digits'), variable)
      .default({})
      .describe('What varies with the seed; `${name}` in texts, files, setup and checks'),
    files: z.array(path).default([]).describe('Below files/; copied into the learner’s working folder'),
    setup: z.array(path).default([]).describe('YAML files applied to the cluster first'),
    tasks: z.array(task).min(1),
    solutions: z.array(id).default([]).describe('solutions/<name>.sh; each must pass every check'),
    mistakes: z
      .record(id, z.array(id).min(1))
      .default({})
      .describe('mistakes/<name>.sh → the checks that it must fail, and no other'),
  });
}

/** The whole format; parsing goes by `labOutline` and then check by check, for precise errors. */
export const labSchema = labOf(checkSchema);
export const labOutline = labOf(z.unknown());
export type LabOutline = z.infer<typeof labOutline>;

/** The JSON Schema of lab.yaml, kept in labs/lab.schema.json. */
export function labJsonSchema(): object {
  const schema = z.toJSONSchema(labSchema, { io: 'input', reused: 'ref' });
  return { ...schema, title: 'A Podlab lab' };
}
