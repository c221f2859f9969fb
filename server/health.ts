import { errorBody } from '../core/errors';
import type { Answering } from './create-web-server';
import type { Wired } from './wire-services';

/** `/healthz`: 200 while labs can be started and grades saved, else 503. Names no learner and no path. */
export function createHealth(
  { services, pingDatabase }: Pick<Wired, 'services' | 'pingDatabase'>,
  version: string,
): Answering['health'] {
  return async () => {
    const [database, preferred, availability] = await Promise.all([
      pingDatabase().then(
        () => ({ ok: true }),
        (error) => ({ ok: false, ...errorBody(error).error }),
      ),
      services.clusters.preferred(),
      services.clusters.availability(),
    ]);
    const cluster = { kind: preferred, ...availability[preferred] };
    const ok = database.ok && cluster.available;
    const body = {
      status: ok ? 'ok' : 'degraded',
      version,
      database,
      cluster,
      isolation: services.isolation,
    };
    return { status: ok ? 200 : 503, body };
  };
}
