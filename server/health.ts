import { errorBody } from '../core/errors';
import type { Answering } from './create-web-server';
import type { Wired } from './wire-services';

/**
 * `/healthz`: 200 while labs can be started and grades saved, else 503. Anybody may ask: it says what is not well, and
 * `podlab doctor` why, which names paths, users and hosts.
 */
export function createHealth(
  { services, pingDatabase }: Pick<Wired, 'services' | 'pingDatabase'>,
  version: string,
): Answering['health'] {
  return async () => {
    const [database, preferred, availability] = await Promise.all([
      pingDatabase().then(
        () => ({ ok: true }),
        (error) => ({ ok: false, code: errorBody(error).error.code }),
      ),
      services.clusters.preferred(),
      services.clusters.availability(),
    ]);
    const cluster = { kind: preferred, available: availability[preferred].available };
    const ok = database.ok && cluster.available;
    const body = {
      status: ok ? 'ok' : 'degraded',
      version,
      database,
      cluster,
      isolation: services.isolation.kind,
    };
    return { status: ok ? 200 : 503, body };
  };
}
