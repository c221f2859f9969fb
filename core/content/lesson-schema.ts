import { z } from 'zod';

const name = z
  .string()
  .regex(/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/, 'a name of lower-case letters, digits and "-"')
  .max(63);
const sentence = z.string().min(1);

const podFigure = z.strictObject({
  kind: z.literal('pod').describe('A Pod seen from above: containers, what they share, who talks to whom'),
  title: sentence,
  caption: sentence,
  pod: z.strictObject({ name, ip: z.string().optional() }),
  containers: z
    .array(
      z.strictObject({
        name,
        image: sentence.optional(),
        role: z.enum(['main', 'init', 'sidecar', 'pause']).default('main'),
        port: z.number().int().min(1).max(65535).optional(),
        does: sentence.optional().describe('What it does, in three or four words'),
      }),
    )
    .min(1)
    .max(4),
  volumes: z
    .array(
      z.strictObject({
        name,
        type: sentence,
        mounts: z.array(
          z.strictObject({ container: name, path: sentence, readOnly: z.boolean().default(false) }),
        ),
      }),
    )
    .max(2)
    .default([]),
  talk: z
    .array(z.strictObject({ from: z.union([name, z.literal('outside')]), to: name, label: sentence }))
    .max(3)
    .default([])
    .describe('Connections over the Pod’s network; "outside" is another Pod or a node'),
});

const timelineFigure = z.strictObject({
  kind: z.literal('timeline').describe('What runs when: one row per container, seconds from left to right'),
  title: sentence,
  caption: sentence,
  end: z.number().positive().describe('Seconds shown'),
  rows: z
    .array(
      z.strictObject({
        name,
        role: z.enum(['main', 'init', 'sidecar']).default('main'),
        spans: z
          .array(
            z.strictObject({
              from: z.number().min(0),
              to: z.number().positive(),
              state: z.enum(['waiting', 'running', 'stopping']).default('running'),
              label: sentence.optional(),
            }),
          )
          .min(1),
      }),
    )
    .min(1)
    .max(6),
  marks: z
    .array(z.strictObject({ at: z.number().min(0), label: sentence }))
    .max(4)
    .default([])
    .describe('Moments worth a line from top to bottom'),
});

const question = z.strictObject({
  ask: sentence,
  options: z
    .array(
      z.strictObject({
        text: sentence,
        right: z.boolean().default(false),
        why: sentence.describe('Shown once this option was chosen: why it is right, or what it overlooks'),
      }),
    )
    .min(2)
    .max(5)
    .refine(
      (options) => options.filter((option) => option.right).length === 1,
      'exactly one option with "right: true"',
    ),
});

/** Front matter of `lessons/<course>/<nn>-<slug>.mdx`. Text may hold `code` in backticks. */
export const lessonFrontMatter = z.strictObject({
  title: sentence,
  summary: sentence.max(180).describe('One sentence for lists and search results'),
  minutes: z.number().int().min(1).max(30).describe('Reading time'),
  objectives: z
    .array(sentence)
    .min(1)
    .max(5)
    .describe('What the reader can do afterwards; starts with a verb'),
  labs: z.array(name).default([]).describe('Ids of the labs it leads to'),
  figures: z
    .record(name, z.discriminatedUnion('kind', [podFigure, timelineFigure]))
    .default({})
    .describe('Drawn where the text says <Figure id="…" />'),
  questions: z.record(name, question).default({}).describe('Asked where the text says <Question id="…" />'),
});

/** `lessons/courses.yaml`: the courses in their order. One without lessons is not shown. */
export const courseList = z.strictObject({
  courses: z.array(z.strictObject({ id: name, title: sentence, summary: sentence.max(220) })).min(1),
});

export type PodFigureData = z.infer<typeof podFigure>;
export type TimelineFigureData = z.infer<typeof timelineFigure>;
export type FigureData = PodFigureData | TimelineFigureData;
export type QuestionData = z.infer<typeof question>;
