import type { FigureData, QuestionData } from './lesson-schema';

/** A lesson as loaded from `lessons/<course>/<nn>-<slug>.mdx`. */
export interface LessonInfo {
  slug: string;
  course: string;
  /** Number in the whole curriculum, from 1. */
  number: number;
  title: string;
  /** One sentence. */
  summary: string;
  minutes: number;
  objectives: string[];
  /** Ids of the labs it leads to. */
  labs: string[];
}

export interface Lesson extends LessonInfo {
  /** MDX source after the front matter. */
  body: string;
  /** Line of `file` at which `body` begins, for messages. */
  bodyLine: number;
  /** By the id that `<Figure id>` and `<Question id>` name in the body. */
  figures: Record<string, FigureData>;
  questions: Record<string, QuestionData>;
  /** Absolute path, for messages. */
  file: string;
}

export interface Course {
  id: string;
  title: string;
  summary: string;
  lessons: LessonInfo[];
}
