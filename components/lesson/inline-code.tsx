import { Fragment } from 'react';

/** Text with `code` in backticks, as front matter and labs write it. */
export function InlineCode({ text }: { text: string }) {
  return text.split('`').map((part, at) =>
    at % 2 === 1 ? (
      // The pieces of a fixed text never change places.
      // biome-ignore lint/suspicious/noArrayIndexKey: see above
      <code key={at}>{part}</code>
    ) : (
      // biome-ignore lint/suspicious/noArrayIndexKey: see above
      <Fragment key={at}>{part}</Fragment>
    ),
  );
}
