import { isMap, isScalar, parseDocument } from 'yaml';
import { ApiError } from '../errors';
import type { DecodeProtobuf } from '../extension-points';
import { badRequest } from '../refusals';

const PROTOBUF = 'application/vnd.kubernetes.protobuf';

/** The value in a request body: JSON, YAML or protobuf by its content type. Throws 400, 415. */
export function decodeBody(
  contentType: string | undefined,
  bytes: Buffer,
  decodeProtobuf: DecodeProtobuf,
): unknown {
  const type = (contentType ?? 'application/json').split(';')[0]?.trim().toLowerCase() ?? '';
  switch (type) {
    case '':
    case 'application/json':
      return parseJson(bytes.toString());
    case 'application/yaml':
    case 'application/apply-patch+yaml':
      return parseYaml(bytes.toString());
    case PROTOBUF:
      return decodeProtobuf(contentType ?? PROTOBUF, bytes);
    default:
      throw new ApiError(
        415,
        'UnsupportedMediaType',
        `the body of the request was in an unknown format - accepted media types include: application/json, application/yaml, ${PROTOBUF}`,
      );
  }
}

/** `told` comes before what is wrong with the text. */
export function parseJson(text: string, told = "couldn't get version/kind; json parse error: "): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw badRequest(`${told}${jsonError(text)}`);
  }
}

/** JSON is YAML too, and patches of server-side apply come as either. */
export function parseYaml(text: string): unknown {
  const document = parseDocument(text, { version: '1.1', merge: true, uniqueKeys: false });
  const problem = document.errors[0];
  if (problem) throw badRequest(`error converting YAML to JSON: yaml: ${problem.message.split('\n')[0]}`);
  if (!isMap(document.contents) && !isScalar(document.contents)) {
    throw badRequest("couldn't get version/kind; json parse error: unexpected end of JSON input");
  }
  return document.toJS({ maxAliasCount: 100 });
}

/** What encoding/json says of a malformed text. */
function jsonError(text: string): string {
  const trimmed = text.trim();
  if (trimmed === '') return 'unexpected end of JSON input';
  const opened = (trimmed.match(/[{[]/g) ?? []).length;
  const closed = (trimmed.match(/[}\]]/g) ?? []).length;
  if (opened > closed) return 'unexpected end of JSON input';
  return `invalid character ${JSON.stringify(trimmed[0]).replace(/"/g, "'")} looking for beginning of value`;
}
