import { evaluate } from '@mdx-js/mdx';
import rehypeShikiFromHighlighter from '@shikijs/rehype/core';
import type { MDXContent } from 'mdx/types';
import * as runtime from 'react/jsx-runtime';
import remarkGfm from 'remark-gfm';
import { createCssVariablesTheme, createHighlighter } from 'shiki';
import { PodlabError } from '../../core/errors';
import { type Heading, headingIds } from './heading-ids';
import { markValues, placeValues } from './value-marks';

export interface CompiledLesson {
  Content: MDXContent;
  /** Second-level headings, for the contents beside the text. */
  headings: Heading[];
}

/** Colours come from CSS variables, so that one rendering serves light and dark. */
const theme = createCssVariablesTheme({ name: 'podlab', variablePrefix: '--code-', fontStyle: true });

let highlighter: ReturnType<typeof createHighlighter> | undefined;

/** Turns plain Markdown (a lab's texts) into a component: no JSX, no expressions; `${port}` becomes `<var data-name>`. */
export async function compileMarkdown(source: string, file: string): Promise<MDXContent> {
  return (await compile(source, file, 1, 'md')).Content;
}

/** Turns MDX source into a component. Throws PodlabError `content-invalid` with file and line. */
export function compileLesson(source: string, file: string, firstLine: number): Promise<CompiledLesson> {
  return compile(source, file, firstLine, 'mdx');
}

async function compile(
  source: string,
  file: string,
  firstLine: number,
  format: 'md' | 'mdx',
): Promise<CompiledLesson> {
  highlighter ??= createHighlighter({ themes: [theme], langs: ['shellscript', 'yaml', 'json'] });
  const headings: Heading[] = [];
  try {
    const { default: Content } = await evaluate(source, {
      ...runtime,
      format,
      remarkPlugins: [remarkGfm],
      rehypePlugins: [
        [headingIds, headings],
        ...(format === 'md' ? [markValues] : []),
        [rehypeShikiFromHighlighter, await highlighter, { theme: 'podlab', fallbackLanguage: 'text' }],
        ...(format === 'md' ? [placeValues] : []),
      ],
    });
    return { Content, headings };
  } catch (error) {
    const line = (error as { line?: number }).line ?? 1;
    throw new PodlabError(
      'content-invalid',
      `${file}:${line + firstLine - 1}: ${error instanceof Error ? error.message : String(error)}`,
      'Correct the file and build again.',
      500,
      { cause: error },
    );
  }
}
