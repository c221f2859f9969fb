import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { gunzipSync } from 'node:zlib';
import { generatedFile } from '../../schema/schema';
import { customDocuments } from '../custom/openapi';
import type { ServedResources } from '../custom/served-resources';
import { type Exchange, sendJson } from './exchange';

type Index = Record<string, { hash: string; file: string }>;

/**
 * Serves `/openapi/v3` and the document of each group version: from disk, where they lie compressed, or made of the schemas
 * of CustomResourceDefinitions.
 */
export async function serveOpenApi(exchange: Exchange, resources: ServedResources): Promise<boolean> {
  const index = JSON.parse(readFileSync(generatedFile('openapi/index.json'), 'utf8')) as Index;
  const path = exchange.path.replace(/^\/openapi\/v3\/?/, '');
  const custom = customDocuments(resources.served());
  if (path === '') {
    const all = [...Object.entries(index), ...custom.map(({ path, hash }) => [path, { hash }] as const)];
    const paths = Object.fromEntries(
      all.map(([name, { hash }]) => [name, { serverRelativeURL: `/openapi/v3/${name}?hash=${hash}` }]),
    );
    sendJson(exchange, 200, { paths });
    return true;
  }
  const own = custom.find((each) => each.path === path);
  if (own) {
    sendJson(exchange, 200, own.document());
    return true;
  }
  const entry = index[path];
  if (!entry) return false;
  const { request, response } = exchange;
  const etag = `"${entry.hash}"`;
  const headers = {
    'content-type': 'application/json',
    etag,
    vary: 'Accept-Encoding, Accept',
    // The hash in the address names the content, so that a client may keep it for good.
    ...(exchange.query.get('hash') === entry.hash
      ? { 'cache-control': 'public, immutable', expires: new Date(Date.now() + 31_536_000_000).toUTCString() }
      : { 'cache-control': 'no-cache, private' }),
  };
  if (request.headers['if-none-match'] === etag) {
    response.writeHead(304, headers).end();
    return true;
  }
  const compressed = await readFile(generatedFile(`openapi/${entry.file}`));
  const gzip = /\bgzip\b/.test(request.headers['accept-encoding'] ?? '');
  const body = gzip ? compressed : gunzipSync(compressed);
  response.writeHead(200, {
    ...headers,
    ...(gzip ? { 'content-encoding': 'gzip' } : {}),
    'content-length': body.length,
  });
  response.end(body);
  return true;
}
