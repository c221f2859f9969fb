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
  /** Absolute path, for messages. */
  file: string;
}

export interface Course {
  id: string;
  title: string;
  summary: string;
  lessons: LessonInfo[];
}
