import type { IncomingMessage } from 'node:http';
import { all, setting } from './config';
import type { NginxRequest } from './request';
import { absoluteLocation } from './static-files';
import { expand } from './variables';

/** Headers of a request that are the connection's, not the resource's. */
const ofConnection = new Set([
  'connection',
  'keep-alive',
  'transfer-encoding',
  'upgrade',
  'expect',
  'te',
  'content-length',
]);
/** Of an answer: nginx writes its own. */
const notPassedOn = new Set([
  'connection',
  'keep-alive',
  'transfer-encoding',
  'date',
  'server',
  'x-pad',
  'x-accel-expires',
  'x-accel-redirect',
  'x-accel-limit-rate',
  'x-accel-buffering',
  'x-accel-charset',
]);

/** What an upstream server is sent: proxy_set_header's, then the client's own. `length`: of a body that was read before. */
export function requestHeaders(
  request: NginxRequest,
  authority: string,
  length: number | undefined,
): [name: string, value: string][] {
  const scope = request.location?.scope ?? [];
  const own = all(scope, 'proxy_set_header').map(({ args }): [string, string] => [
    args[0] ?? '',
    args[1] ?? '',
  ]);
  const named = new Set(own.map(([name]) => name.toLowerCase()));
  if (!named.has('host')) own.unshift(['Host', authority]);
  if (!named.has('connection')) own.push(['Connection', 'close']);
  const set = own.map(([name, value]): [string, string] => [name, expand(value, request)]);
  const { rawHeaders, headers } = request.message;
  const bodyLength = length ?? headers['content-length'];
  if (bodyLength !== undefined && !named.has('content-length'))
    set.push(['Content-Length', String(bodyLength)]);
  const withUnderscores = setting(scope, 'underscores_in_headers')?.args[0] === 'on';
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const [name = '', value = ''] = rawHeaders.slice(index, index + 2);
    const lower = name.toLowerCase();
    if (named.has(lower) || lower === 'host' || ofConnection.has(lower)) continue;
    // Names with underscores count as invalid, and are dropped.
    if (withUnderscores || !name.includes('_')) set.push([name, value]);
  }
  return set.filter(([, value]) => value !== '');
}

/** What the client is told of an upstream's answer. */
export function answerHeaders(
  request: NginxRequest,
  answer: IncomingMessage,
  redirect: [from: string, to: string],
): Record<string, string | string[] | undefined> {
  const scope = request.location?.scope ?? [];
  const names = (directive: string) => all(scope, directive).map(({ args }) => (args[0] ?? '').toLowerCase());
  const hidden = new Set([...notPassedOn, ...names('proxy_hide_header')]);
  for (const name of names('proxy_pass_header')) hidden.delete(name);
  const passed: Record<string, string | string[] | undefined> = {};
  for (let index = 0; index < answer.rawHeaders.length; index += 2) {
    const name = answer.rawHeaders[index] ?? '';
    const lower = name.toLowerCase();
    if (hidden.has(lower)) continue;
    passed[name] =
      lower === 'location'
        ? location(request, answer.headers.location ?? '', redirect)
        : answer.headers[lower];
  }
  return passed;
}

/** proxy_redirect: by default what leads to the upstream leads through the location. */
function location(request: NginxRequest, value: string, standard: [string, string]): string {
  for (const { args } of [...all(request.location?.scope ?? [], 'proxy_redirect'), { args: ['default'] }]) {
    if (args[0] === 'off') return value;
    const [from = '', to = ''] = args[0] === 'default' ? standard : args.map((arg) => expand(arg, request));
    if (!value.startsWith(from)) continue;
    const changed = to + value.slice(from.length);
    return changed.startsWith('/') ? absoluteLocation(request, changed) : changed;
  }
  return value;
}
