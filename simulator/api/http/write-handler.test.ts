import { expect, it } from 'vitest';
import { patched } from './write-handler';

it.each([
  ['strategic-merge-patch', '{"spec":', 'unexpected end of JSON input'],
  ['merge-patch', '{"spec":', 'error decoding patch: unexpected end of JSON input'],
  ['json-patch', '[{', 'error decoding patch: unexpected end of JSON input'],
  [
    'strategic-merge-patch',
    '[]',
    'json: cannot unmarshal array into Go value of type map[string]interface {}',
  ],
  [
    'merge-patch',
    '[]',
    'error decoding patch: json: cannot unmarshal array into Go value of type map[string]interface {}',
  ],
])('a %s of %s is told what it is not', (type, text, message) => {
  const request = { contentType: `application/${type}+json`, bytes: Buffer.from(text) };
  expect(() => patched(request, { model: 'V1Pod' }, {})).toThrow(expect.objectContaining({ message }));
});
