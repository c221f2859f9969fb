import { z } from 'zod';
import { answer, type Params } from '../../../answer';

const hintRequest = z.strictObject({ task: z.string().min(1).max(100) });

/** Reveals the next hint of a task, at its cost. */
export function POST(request: Request, { params }: Params<'id'>): Promise<Response> {
  return answer(request, async ({ services, learner, body }) => {
    const { task } = await body(hintRequest);
    return services.sessions.hint((await learner()).id, (await params).id, task);
  });
}
