import type { FileView } from '../../files/file-view';
import { realAddress, refusedAccess } from './access';
import { all, type Scope, setting } from './config';
import type { Directive } from './config-syntax';
import { remember } from './expressions';
import { matchLocation } from './location-match';
import { type ProxyContext, passOn } from './proxy-pass';
import type { NginxRequest } from './request';
import { bodyLimit } from './request-body';
import { builtInPage, send } from './response';
import { runRewrites } from './rewrite';
import { absoluteLocation, filePath, redirect, serveFile } from './static-files';
import { expand } from './variables';

export interface HandlerContext extends ProxyContext {
  files: FileView;
  /** Numbers for stub_status. */
  counts: { active: number; accepted: number; requests: number };
}

/** nginx gives up a request after so many internal redirects (NGX_HTTP_MAX_URI_CHANGES). */
const mostRedirects = 10;

/** A request through all its phases: server rewrites, location, rewrites, access, content, error pages. */
export async function handleRequest(request: NginxRequest, context: HandlerContext): Promise<void> {
  realAddress(request);
  const early = runRewrites(request, request.server.scope.at(-1) ?? []);
  const status = early.kind === 'return' ? answerReturn(request, early) : await content(request, context);
  if (status !== undefined) await failed(request, context, status);
}

/** Resolves with a status that is still to be shown. */
async function content(
  request: NginxRequest,
  context: HandlerContext,
  named?: string,
): Promise<number | undefined> {
  if (request.redirects++ > mostRedirects) {
    context.logs.complain(
      'error',
      request,
      `rewrite or internal redirection cycle while internally redirecting to "${request.uri}"`,
    );
    return 500;
  }
  const slashed = named ? undefined : locationWithSlash(request);
  if (slashed) return answerReturn(request, { code: 301, text: `${slashed}${query(request)}` });
  const match = named
    ? { location: request.server.locations.find(({ pattern }) => pattern === named) }
    : matchLocation(request.server.locations, request.uri);
  request.location = match?.location;
  if (match && 'match' in match && match.match) remember(request, match.match);
  const own = request.location?.scope.at(-1) ?? [];
  const rewritten = request.location ? runRewrites(request, own) : { kind: 'go-on' as const };
  if (rewritten.kind === 'return') return answerReturn(request, rewritten);
  if (rewritten.kind === 'again') return content(request, context);
  const scope = request.location?.scope ?? request.server.scope;
  const refused = refusedAccess(request, context);
  if (refused !== undefined) return refused;
  if (own.some(({ name }) => name === 'internal') && request.redirects <= 1) return 404;
  if (Number(request.message.headers['content-length'] ?? 0) > bodyLimit(scope)) {
    context.logs.complain(
      'error',
      request,
      `client intended to send too large body: ${request.message.headers['content-length']} bytes`,
    );
    return 413;
  }
  const tryFiles =
    own.find(({ name }) => name === 'try_files') ??
    (request.location ? undefined : setting([scope.at(-1) ?? []], 'try_files'));
  if (tryFiles) {
    const outcome = tryFilesOf(request, context.files, tryFiles);
    if (typeof outcome === 'number') return outcome;
    if (outcome.kind === 'named') return content(request, context, outcome.name);
    if (outcome.kind === 'again') return content(request, context);
  }
  const pass =
    rewritten.kind === 'go-on' && 'pass' in rewritten && rewritten.pass
      ? rewritten.pass
      : own.find(({ name }) => name === 'proxy_pass');
  if (pass) return passOn(request, pass, context);
  if (own.some(({ name }) => name === 'stub_status')) {
    stubStatus(request, context);
    return undefined;
  }
  return staticContent(request, context);
}

async function staticContent(request: NginxRequest, context: HandlerContext): Promise<number | undefined> {
  const outcome = await serveFile(request, context.files);
  if (outcome.kind === 'served') return undefined;
  if (outcome.kind === 'internal') {
    request.uri = outcome.uri;
    return content(request, context);
  }
  const scope = request.location?.scope ?? request.server.scope;
  const silent = outcome.notFound && setting(scope, 'log_not_found')?.args[0] === 'off';
  if (outcome.complaint && !silent) context.logs.complain('error', request, outcome.complaint);
  return outcome.code;
}

/** A location `/x/` that is passed on answers for `/x` with a redirect to it, unless `/x` has one of its own. */
function locationWithSlash({ server, uri }: NginxRequest): string | undefined {
  const passes = ({ scope }: { scope: Scope }) =>
    (scope.at(-1) ?? []).some(({ name }) => name === 'proxy_pass');
  if (server.locations.some(({ modifier, pattern }) => modifier === '=' && pattern === uri)) return undefined;
  const found = server.locations.find(
    (location) => !location.regex && location.pattern === `${uri}/` && passes(location),
  );
  return found?.pattern;
}

function query({ args }: NginxRequest): string {
  return args === '' ? '' : `?${args}`;
}

/** error_page, else the page that nginx makes. */
async function failed(request: NginxRequest, context: HandlerContext, status: number): Promise<void> {
  const scope = request.location?.scope ?? request.server.scope;
  const page = all(scope, 'error_page').find(({ args }) => args.slice(0, -1).includes(String(status)));
  if (page && !request.variables.has('error_page_shown')) {
    request.variables.set('error_page_shown', '1');
    const target = expand(page.args.at(-1) ?? '', request);
    const change = page.args.find((arg) => arg.startsWith('='));
    if (/^https?:/.test(target)) {
      redirect(request, target, 302);
      return failed(request, context, 302);
    }
    const shown = change && change.length > 1 ? Number(change.slice(1)) : change ? undefined : status;
    request.uri = target;
    request.errorStatus = shown;
    const next = await content(request, context, target.startsWith('@') ? target : undefined);
    if (next === undefined) return;
  }
  const location = request.variables.get('redirect_location');
  const headers = {
    'Content-Type': 'text/html',
    ...(location && status >= 300 && status < 400 ? { Location: location } : {}),
  };
  send(request, status, headers, builtInPage(request, status));
}

function answerReturn(
  request: NginxRequest,
  { code, text }: { code: number; text?: string | undefined },
): number | undefined {
  if (code >= 300 && code < 400 && code !== 304 && text !== undefined) {
    redirect(request, text, code);
    if (!/^https?:/.test(text)) {
      const location = text.startsWith('/') ? absoluteLocation(request, text) : text;
      request.variables.set('redirect_location', location);
    }
    return code;
  }
  if (code === 444) {
    request.response.destroy();
    return undefined;
  }
  if (text === undefined && code !== 200 && code !== 204) return code;
  const type =
    setting(request.location?.scope ?? request.server.scope, 'default_type')?.args[0] ?? 'text/plain';
  send(request, code, { 'Content-Type': type }, text ?? '');
  return undefined;
}

function tryFilesOf(
  request: NginxRequest,
  files: FileView,
  { args }: Directive,
): number | { kind: 'found' } | { kind: 'again' } | { kind: 'named'; name: string } {
  for (const arg of args.slice(0, -1)) {
    const uri = expand(arg, request);
    const found = files.tryStat(filePath(request, uri));
    if (!found || (found.type === 'directory') !== uri.endsWith('/')) continue;
    request.uri = uri;
    return { kind: 'found' };
  }
  const last = expand(args.at(-1) ?? '', request);
  if (last.startsWith('=')) return Number(last.slice(1));
  if (last.startsWith('@')) return { kind: 'named', name: last };
  const [path = '/', query] = last.split('?');
  request.uri = path;
  if (query !== undefined) request.args = query;
  return { kind: 'again' };
}

/** ngx_http_stub_status_module. */
function stubStatus(request: NginxRequest, { counts }: HandlerContext): void {
  const { active, accepted, requests } = counts;
  send(
    request,
    200,
    { 'Content-Type': 'text/plain' },
    `Active connections: ${active} \nserver accepts handled requests\n ${accepted} ${accepted} ${requests} \nReading: 0 Writing: 1 Waiting: ${Math.max(0, active - 1)} \n`,
  );
}
