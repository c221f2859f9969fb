import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { courseList, lessonFrontMatter } from './lesson-schema';
import { demandLabs, loadLessons } from './load-lessons';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lessons-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const courses = `courses:
  - {id: one, title: One, summary: The first}
  - {id: two, title: Two, summary: The second}
`;
const lesson = (front = '', body = 'Text.') => `---
title: A lesson
summary: About it
minutes: 5
objectives: [Know it]
${front}---

${body}
`;

function write(files: Record<string, string>): void {
  for (const [name, text] of Object.entries({ 'courses.yaml': courses, ...files })) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
}

test('the lessons of this repository load', () => {
  const { courses, lessons } = loadLessons();
  expect(lessons.length).toBeGreaterThanOrEqual(4);
  expect(courses.flatMap((course) => course.lessons.map((entry) => entry.slug))).toEqual(
    lessons.map((entry) => entry.slug),
  );
});

test('a lesson leads to labs that are there', () => {
  write({ 'one/01-a.mdx': lesson('labs: [first-pod]\n', '<Lab id="first-pod">Do it.</Lab>') });
  const { lessons } = loadLessons(folder);
  expect(() => demandLabs(lessons, ['first-pod', 'other'])).not.toThrow();
  expect(() => demandLabs(lessons, ['first-pot'])).toThrow(
    'one/01-a.mdx:1:1: labs: expected the id of a lab, found "first-pod": did you mean first-pot?',
  );
});

test('lessons come in the order of courses and numbers; a course without lessons is left out', () => {
  write({ 'one/02-second.mdx': lesson(), 'one/01-first.mdx': lesson() });
  const loaded = loadLessons(folder);
  expect(loaded.lessons.map(({ slug, number, course }) => [slug, number, course])).toEqual([
    ['first', 1, 'one'],
    ['second', 2, 'one'],
  ]);
  expect(loaded.courses.map(({ id }) => id)).toEqual(['one']);
  expect(loaded.lessons[0]).toMatchObject({ body: '\nText.\n', bodyLine: 7 });
});

describe('what is wrong with a lesson is said with file, line, field and what was expected', () => {
  const question = `questions:
  why:
    ask: Why?
    options:
      - {text: This, right: true, why: Because}
      - {text: That, right: true, why: Because}
`;
  const cases: [string, Record<string, string>, string][] = [
    [
      'a typo in a field',
      { 'one/01-a.mdx': lesson('minuts: 5\n') },
      'one/01-a.mdx:6:1: minuts: unknown key: did you mean `minutes`?',
    ],
    [
      'a wrong type',
      { 'one/01-a.mdx': lesson().replace('minutes: 5', 'minutes: five') },
      'one/01-a.mdx:4:1: minutes: expected a number, found "five"',
    ],
    [
      'a missing field',
      { 'one/01-a.mdx': lesson().replace('title: A lesson\n', '') },
      'one/01-a.mdx:2:1: title: expected a text, found nothing',
    ],
    ['broken YAML', { 'one/01-a.mdx': lesson('labs: [a\n') }, 'expected valid YAML'],
    ['no front matter', { 'one/01-a.mdx': 'Text.' }, 'one/01-a.mdx:1:1: expected front matter'],
    ['a wrong file name', { 'one/a.mdx': lesson() }, 'one/a.mdx: expected a file name such as'],
    [
      'a figure that is not there',
      { 'one/01-a.mdx': lesson('', 'Text.\n\n<Figure id="x" />') },
      'one/01-a.mdx:10:1: <Figure id="x">: expected an entry in figures',
    ],
    [
      'a lab that the lesson does not name',
      { 'one/01-a.mdx': lesson('labs: [first-pod]\n', '<Lab id="frist-pod">Do it.</Lab>') },
      'one/01-a.mdx:9:1: <Lab id="frist-pod">: expected an entry in labs: did you mean first-pod?',
    ],
    [
      'two right answers',
      { 'one/01-a.mdx': lesson(question, '<Question id="why" />') },
      'one/01-a.mdx:9:5: questions.why.options: expected exactly one option',
    ],
    [
      'a question nobody asks',
      { 'one/01-a.mdx': lesson(question.replace('That, right: true', 'That')) },
      'questions.why: expected a <Question id="why" />',
    ],
    [
      'the same slug twice',
      { 'one/01-a.mdx': lesson(), 'two/02-a.mdx': lesson() },
      'expected a slug of its own',
    ],
    ['a folder without a course', { 'three/01-a.mdx': lesson() }, 'expected an entry for the folder three/'],
  ];
  test.each(cases)('%s', (_, files, expected) => {
    write(files);
    expect(() => loadLessons(folder)).toThrow(
      expect.objectContaining({ code: 'content-invalid', message: expect.stringContaining(expected) }),
    );
  });
});

test('the JSON Schemas that editors use are those of the code (update with: vitest run -u)', async () => {
  const text = (schema: z.ZodType) => `${JSON.stringify(z.toJSONSchema(schema, { io: 'input' }), null, 2)}\n`;
  await expect(text(lessonFrontMatter)).toMatchFileSnapshot('../../lessons/lesson.schema.json');
  await expect(text(courseList)).toMatchFileSnapshot('../../lessons/courses.schema.json');
});
