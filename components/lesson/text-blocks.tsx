import { InlineCode } from './inline-code';

interface Block {
  kind: 'text' | 'code';
  text: string;
}

const fence = /^```[^\n]*\n([\s\S]*?)^```[ \t]*$/m;

/** Markdown as far as hints use it: paragraphs, `code` in backticks, and code between fences. */
export function textBlocks(text: string): Block[] {
  const paragraphs = (part: string): Block[] =>
    part
      .split(/\n\s*\n/)
      .map((paragraph) => paragraph.trim())
      .filter((paragraph) => paragraph !== '')
      .map((paragraph) => ({ kind: 'text', text: paragraph }));
  const blocks: Block[] = [];
  let rest = text;
  for (let match = fence.exec(rest); match; match = fence.exec(rest)) {
    blocks.push(...paragraphs(rest.slice(0, match.index)), { kind: 'code', text: match[1]?.trimEnd() ?? '' });
    rest = rest.slice(match.index + match[0].length);
  }
  return [...blocks, ...paragraphs(rest)];
}

export function TextBlocks({ text }: { text: string }) {
  return textBlocks(text).map(({ kind, text: part }) =>
    kind === 'code' ? (
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
      <pre key={part} tabIndex={0}>
        <code>{part}</code>
      </pre>
    ) : (
      <p key={part}>
        <InlineCode text={part} />
      </p>
    ),
  );
}
