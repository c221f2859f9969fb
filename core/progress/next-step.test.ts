import { describe, expect, it } from 'vitest';
import type { Course, LessonInfo } from '../content/lesson';
import { nextStep } from './next-step';

const lesson = (slug: string, labs: string[]): LessonInfo => ({
  slug,
  labs,
  course: 'pods',
  number: 1,
  title: slug,
  summary: '',
  minutes: 5,
  objectives: [],
});
const courses: Course[] = [
  {
    id: 'pods',
    title: 'Pods',
    summary: '',
    lessons: [lesson('a', ['lab-a']), lesson('b', ['lab-b1', 'lab-b2'])],
  },
];
const read = (slug: string, completed: boolean, at = '2026-01-01T10:00:00.000Z') => ({
  lesson: slug,
  position: completed ? 1 : 0.4,
  completed,
  lastAt: at,
});
const graded = (lab: string, passed: boolean) => ({
  lab,
  passed,
  earned: 1,
  points: 1,
  attempts: 1,
  lastAt: null,
});
const session = (lab: string, at = '2026-01-01T11:00:00.000Z') => ({
  id: `s-${lab}`,
  lab,
  lastSeenAt: new Date(at),
});

describe('where a learner goes on', () => {
  it.each([
    ['a newcomer has nowhere to go on', [], [], [], null],
    ['a lesson half read', [read('a', false)], [], [], { kind: 'lesson', id: 'a' }],
    ['the lab of a lesson that was read', [read('a', true)], [], [], { kind: 'lab', id: 'lab-a' }],
    [
      'a lab that is open',
      [read('a', true)],
      [],
      [session('lab-a')],
      { kind: 'lab', id: 'lab-a', sessionId: 's-lab-a' },
    ],
    [
      'a lesson begun after the lab was left open',
      [read('b', false, '2026-01-01T12:00:00.000Z')],
      [],
      [session('lab-a')],
      { kind: 'lesson', id: 'b' },
    ],
    [
      'the next lesson once a lab is passed',
      [read('a', true)],
      [graded('lab-a', true)],
      [],
      { kind: 'lesson', id: 'b' },
    ],
    [
      'a lab that was tried and not passed',
      [read('a', true)],
      [graded('lab-a', false)],
      [],
      { kind: 'lab', id: 'lab-a' },
    ],
    [
      'what was passed over, when the end is done',
      [read('b', true)],
      [graded('lab-b1', true), graded('lab-b2', true)],
      [],
      { kind: 'lesson', id: 'a' },
    ],
    [
      'nowhere, when everything is done',
      [read('b', true), read('a', true)],
      ['lab-a', 'lab-b1', 'lab-b2'].map((lab) => graded(lab, true)),
      [],
      null,
    ],
  ] as const)('%s', (_, lessons, labs, open, expected) => {
    expect(nextStep(courses, lessons, labs, open)).toEqual(expected);
  });
});
