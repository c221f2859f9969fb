import { z } from 'zod';
import { answer } from '../answer';

const startRequest = z.strictObject({
  lab: z.string().min(1).max(100),
  cluster: z.enum(['embedded', 'kind', 'kubeconfig']).optional(),
  fresh: z.boolean().optional(),
});

/** The open sessions of this learner, the one seen last first. */
export function GET(request: Request): Promise<Response> {
  return answer(request, async ({ services, learnerOrNull }) => {
    const learner = await learnerOrNull();
    return learner ? services.sessions.list(learner.id) : [];
  });
}

/** Starts a lab, or returns the session that is open for it. */
export function POST(request: Request): Promise<Response> {
  return answer(request, async ({ services, learnerOrGuest, body }) => {
    const wanted = await body(startRequest);
    // Before there is a guest: what cannot be started is not worth a learner.
    await services.sessions.demandStartable(wanted);
    return services.sessions.start((await learnerOrGuest()).id, wanted);
  });
}
