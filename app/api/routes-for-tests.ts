import * as clusters from './clusters/route';
import * as position from './lessons/[slug]/position/route';
import * as me from './me/route';
import * as progress from './progress/route';
import * as check from './sessions/[id]/check/route';
import * as events from './sessions/[id]/events/route';
import * as hints from './sessions/[id]/hints/route';
import * as session from './sessions/[id]/route';
import * as terminals from './sessions/[id]/terminals/route';
import * as sessions from './sessions/route';

type Handler = (request: Request, context: { params: Promise<never> }) => Promise<Response>;

/** The API's route handlers by path, as Next finds them in the folders. `server/` must have provided the services. */
const routes: Record<string, Partial<Record<string, unknown>>> = {
  '/api/clusters': clusters,
  '/api/lessons/[slug]/position': position,
  '/api/me': me,
  '/api/progress': progress,
  '/api/sessions': sessions,
  '/api/sessions/[id]': session,
  '/api/sessions/[id]/check': check,
  '/api/sessions/[id]/events': events,
  '/api/sessions/[id]/hints': hints,
  '/api/sessions/[id]/terminals': terminals,
};

/** A browser without pages: it keeps its cookie. */
export class ApiClient {
  cookie: string | null = null;

  /** Calls the handler of a path as Next does. */
  async fetch(
    method: string,
    path: string,
    body?: unknown,
    signal: AbortSignal = AbortSignal.timeout(60_000),
  ): Promise<Response> {
    const { handler, params } = find(method, path);
    const request = new Request(`http://127.0.0.1${path}`, {
      method,
      signal,
      headers: {
        ...(this.cookie && { cookie: this.cookie }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const response = await handler(request, { params: Promise.resolve(params as never) });
    this.cookie = response.headers.get('set-cookie')?.split(';')[0] ?? this.cookie;
    return response;
  }

  /** Status and parsed body of an answer that ends. */
  async ask(method: string, path: string, body?: unknown): Promise<{ status: number; body: unknown }> {
    const response = await this.fetch(method, path, body);
    const text = await response.text();
    return { status: response.status, body: text ? JSON.parse(text) : undefined };
  }
}

function find(method: string, path: string): { handler: Handler; params: Record<string, string> } {
  for (const [pattern, route] of Object.entries(routes)) {
    const names = [...pattern.matchAll(/\[(\w+)\]/g)].map(([, name]) => name ?? '');
    const found = new RegExp(`^${pattern.replace(/\[\w+\]/g, '([^/]+)')}$`).exec(path);
    const handler = found && (route[method] as Handler | undefined);
    if (handler)
      return {
        handler,
        params: Object.fromEntries(names.map((name, at) => [name, decodeURIComponent(found[at + 1] ?? '')])),
      };
  }
  throw new Error(`The API has no ${method} ${path}.`);
}
