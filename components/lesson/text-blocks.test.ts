import { expect, test } from 'vitest';
import { textBlocks } from './text-blocks';

const text = (one: string) => ({ kind: 'text', text: one });
const code = (one: string) => ({ kind: 'code', text: one });

test.each([
  ['one paragraph', 'Use `a`.', [text('Use `a`.')]],
  ['two of them', 'One,\nstill one.\n\nTwo.\n', [text('One,\nstill one.'), text('Two.')]],
  ['code alone', '```yaml\na:\n  b: 1\n```\n', [code('a:\n  b: 1')]],
  ['code between', 'A:\n\n```\nx\n\ny\n```\n\nB.', [text('A:'), code('x\n\ny'), text('B.')]],
  ['code twice', '```sh\na\n```\n```sh\nb\n```', [code('a'), code('b')]],
  ['a fence that never ends', '```sh\na', [text('```sh\na')]],
])('%s', (_, source, blocks) => expect(textBlocks(source)).toEqual(blocks));
