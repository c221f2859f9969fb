import { expect, test } from 'vitest';
import type { Course } from '../../core/content/lesson';
import { standing } from './standing';

const course: Course = {
  id: 'c',
  title: 'C',
  summary: '',
  lessons: [
    {
      slug: 'one',
      course: 'c',
      number: 1,
      title: 'One',
      summary: '',
      minutes: 5,
      objectives: [],
      labs: ['lab-one'],
    },
    { slug: 'two', course: 'c', number: 2, title: 'Two', summary: '', minutes: 5, objectives: [], labs: [] },
  ],
};
const labs = [
  { id: 'lab-one', title: 'Lab one', minutes: 10, points: 10 },
  { id: 'elsewhere', title: 'Elsewhere', minutes: 10, points: 50 },
];

test('a newcomer stands at the beginning', () => {
  expect(standing(course, labs, { lessons: [], labs: [] })).toMatchObject({
    done: 0,
    complete: false,
    read: 0,
    earned: 0,
    points: 10,
    items: [
      { id: 'one', state: 'open', words: 'not yet read' },
      { id: 'lab-one', state: 'open', words: 'not yet tried' },
      { id: 'two', state: 'open', words: 'not yet read' },
    ],
  });
});

test('what was begun and what is done are told apart, in words too', () => {
  const result = standing(course, labs, {
    lessons: [
      { lesson: 'one', position: 1, completed: true, lastAt: '' },
      { lesson: 'two', position: 0.42, completed: false, lastAt: '' },
    ],
    labs: [
      { lab: 'lab-one', earned: 6, points: 10, passed: false, attempts: 1, lastAt: null },
      { lab: 'elsewhere', earned: 50, points: 50, passed: true, attempts: 3, lastAt: null },
    ],
  });
  expect(result.items.map(({ state, words }) => [state, words])).toEqual([
    ['passed', 'read'],
    ['started', '6 of 10 points, 1 attempt'],
    ['started', '42 % read'],
  ]);
  expect(result).toMatchObject({ earned: 6, done: 1, complete: false });
});

test('a course is complete when every lesson is read and every lab passed', () => {
  const result = standing(course, labs, {
    lessons: ['one', 'two'].map((lesson) => ({ lesson, position: 1, completed: true, lastAt: '' })),
    labs: [{ lab: 'lab-one', earned: 10, points: 10, passed: true, attempts: 2, lastAt: null }],
  });
  expect(result.complete).toBe(true);
});
