import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ContentError, type ContentProblem, inFile } from './content-problems';
import type { Course, Lesson, LessonInfo } from './lesson';
import { courseList, lessonFrontMatter } from './lesson-schema';
import { whatThereIs } from './nearest';
import { parseYaml } from './parse-yaml';

export interface Curriculum {
  /** In the order of `courses.yaml`; only those that have lessons. */
  courses: Course[];
  /** In reading order. */
  lessons: Lesson[];
}

/**
 * Reads `courses.yaml` and every `<course>/<nn>-<slug>.mdx` below `folder`.
 * Throws ContentError with file, line, field and what was expected.
 */
export function loadLessons(folder = join(process.cwd(), 'lessons')): Curriculum {
  const list = join(folder, 'courses.yaml');
  const { courses } = parseYaml(readFileSync(/* turbopackIgnore: true */ list, 'utf8'), courseList, list);

  const known = new Set(courses.map((course) => course.id));
  for (const entry of readdirSync(/* turbopackIgnore: true */ folder, { withFileTypes: true })) {
    if (entry.isDirectory() && !known.has(entry.name))
      throw new ContentError([
        inFile(list, `expected an entry for the folder ${entry.name}/`, { line: 1, path: 'courses' }),
      ]);
  }

  const lessons = courses.flatMap((course) => lessonsOf(join(folder, course.id), course.id));
  const twice = lessons.find((lesson, at) => lessons.findIndex((other) => other.slug === lesson.slug) < at);
  if (twice)
    throw new ContentError([inFile(twice.file, `expected a slug of its own, found ${twice.slug} again`)]);

  return {
    lessons,
    courses: courses
      .map((course) => ({
        ...course,
        lessons: lessons.filter((lesson) => lesson.course === course.id).map(info),
      }))
      .filter((course) => course.lessons.length > 0),
  };
}

/** Throws ContentError when a lesson leads to a lab that is not there. `labs`: the ids of those that are. */
export function demandLabs(lessons: readonly Lesson[], labs: readonly string[]): void {
  const problems = lessons.flatMap(({ file, labs: wanted }) =>
    wanted
      .filter((id) => !labs.includes(id))
      .map((id) =>
        inFile(file, `expected the id of a lab, found "${id}"${whatThereIs(id, labs)}`, {
          line: 1,
          path: 'labs',
        }),
      ),
  );
  if (problems.length > 0) throw new ContentError(problems);
}

function lessonsOf(folder: string, course: string): Lesson[] {
  if (!existsSync(/* turbopackIgnore: true */ folder)) return [];
  return readdirSync(/* turbopackIgnore: true */ folder)
    .filter((file) => file.endsWith('.mdx'))
    .sort()
    .map((file) => loadLesson(join(folder, file), course, file));
}

function loadLesson(file: string, course: string, baseName: string): Lesson {
  const named = /^(\d{2})-([a-z0-9-]+)\.mdx$/.exec(baseName);
  if (!named?.[1] || !named[2])
    throw new ContentError([inFile(file, 'expected a file name such as 08-one-network.mdx')]);

  // Git on Windows may have changed the line ends.
  const source = readFileSync(/* turbopackIgnore: true */ file, 'utf8').replaceAll('\r\n', '\n');
  const parts = /^---\n([\s\S]*?\n)---\n/.exec(source);
  if (!parts?.[1])
    throw new ContentError([inFile(file, 'expected front matter between two lines of "---"', { line: 1 })]);

  const front = parseYaml(parts[1], lessonFrontMatter, file, 2);
  const body = source.slice(parts[0].length);
  const bodyLine = parts[0].split('\n').length;
  const problems = [
    ...unmatched(body, bodyLine, file, 'Figure', 'figures', Object.keys(front.figures)),
    ...unmatched(body, bodyLine, file, 'Question', 'questions', Object.keys(front.questions)),
    ...unmatched(body, bodyLine, file, 'Lab', 'labs', front.labs),
  ];
  if (problems.length > 0) throw new ContentError(problems);

  return { ...front, slug: named[2], number: Number(named[1]), course, body, bodyLine, file };
}

/** Ids used in the body but not defined above, and those defined but never used. */
function unmatched(
  body: string,
  bodyLine: number,
  file: string,
  tag: string,
  field: string,
  defined: readonly string[],
): ContentProblem[] {
  const used = [...body.matchAll(new RegExp(`<${tag}\\s+id="([^"]*)"`, 'g'))].map((match) => ({
    id: match[1] ?? '',
    line: bodyLine + body.slice(0, match.index).split('\n').length - 1,
  }));
  return [
    ...used
      .filter(({ id }) => !defined.includes(id))
      .map(({ id, line }) =>
        inFile(file, `expected an entry in ${field}${whatThereIs(id, defined)}`, {
          line,
          path: `<${tag} id="${id}">`,
        }),
      ),
    ...defined
      .filter((id) => !used.some((use) => use.id === id))
      .map((id) =>
        inFile(file, `expected a <${tag} id="${id}" /> in the text`, { line: 1, path: `${field}.${id}` }),
      ),
  ];
}

function info({ slug, course, number, title, summary, minutes, objectives, labs }: Lesson): LessonInfo {
  return { slug, course, number, title, summary, minutes, objectives, labs };
}
