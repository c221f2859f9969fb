import type { z } from 'zod';
import type { Learner } from '../../core/accounts/accounts';
import { errorBody, isPodlabError, PodlabError } from '../../core/errors';
import { createLog } from '../../core/log';
import { type Services, services } from '../../core/services';

/** Second argument of a route handler below a `[key]` folder. */
export interface Params<Key extends string> {
  params: Promise<Record<Key, string>>;
}

export interface Asked {
  request: Request;
  services: Services;
  /** Throws `not-signed-in` (401) when the request carries no learner. */
  learner(): Promise<Learner>;
  learnerOrNull(): Promise<Learner | null>;
  /** Makes a guest when there is none; the answer then carries the cookie. */
  learnerOrGuest(): Promise<Learner>;
  /** The JSON body, checked. Throws `body-invalid` (400) naming the field. */
  body<Schema extends z.ZodType>(schema: Schema): Promise<z.output<Schema>>;
}

const log = createLog();

/**
 * Runs one request: what `run` returns becomes the answer (undefined: 204), what it throws becomes status and
 * ErrorBody. The only place that knows both PodlabError and HTTP. Writes from other sites do not come so far: the server
 * refuses them (`server/guard-requests.ts`).
 */
export async function answer(request: Request, run: (asked: Asked) => Promise<unknown>): Promise<Response> {
  const headers = new Headers({ 'cache-control': 'no-store' });
  try {
    const provided = services();
    const cookie = request.headers.get('cookie');
    const result = await run({
      request,
      services: provided,
      learnerOrNull: () => provided.accounts.learner(cookie),
      learner: async () => (await provided.accounts.learner(cookie)) ?? refuse(notSignedIn),
      learnerOrGuest: async () => {
        const { learner, setCookie } = await provided.accounts.learnerOrGuest(cookie);
        if (setCookie) headers.append('set-cookie', setCookie);
        return learner;
      },
      body: (schema) => readBody(request, schema),
    });
    if (result instanceof Response) {
      for (const [name, value] of headers) if (!result.headers.has(name)) result.headers.append(name, value);
      return result;
    }
    return result === undefined
      ? new Response(null, { status: 204, headers })
      : Response.json(result, { headers });
  } catch (error) {
    const status = isPodlabError(error) ? error.status : 500;
    // People are told to look at the log for the cause; an error without one has said all there is.
    if (!isPodlabError(error) || (status >= 500 && error.cause !== undefined))
      log.error('request-failed', { method: request.method, path: new URL(request.url).pathname, error });
    return Response.json(errorBody(error), { status, headers });
  }
}

const notSignedIn = new PodlabError(
  'not-signed-in',
  'This browser is not known to Podlab any more.',
  'Open the home page and start the lab again; allow cookies for this site.',
  401,
);

function refuse(error: PodlabError): never {
  throw error;
}

async function readBody<Schema extends z.ZodType>(
  request: Request,
  schema: Schema,
): Promise<z.output<Schema>> {
  if (!request.headers.get('content-type')?.startsWith('application/json'))
    return refuse(invalidBody('The request body is not JSON.', 415));
  const parsed = schema.safeParse(await request.json().catch(() => undefined));
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const field = issue?.path.join('.') || 'body';
  return refuse(invalidBody(`The request does not fit: ${field}: ${issue?.message ?? 'invalid'}.`, 400));
}

function invalidBody(message: string, status: number): PodlabError {
  return new PodlabError('body-invalid', message, 'Reload the page and try again.', status);
}
