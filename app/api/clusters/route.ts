import { answer } from '../answer';

/** Which clusters a lab can have now, and why not. Apart from /api/me because asking Docker may take seconds. */
export function GET(request: Request): Promise<Response> {
  return answer(request, async ({ services }) => ({
    preferred: await services.clusters.preferred(),
    availability: await services.clusters.availability(),
    isolation: services.isolation,
  }));
}
