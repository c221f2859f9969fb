import { z } from 'zod';
import { answer, type Params } from '../../../answer';

const hintRequest = z.strictObject({
  task: z.string().min(1).max(100),
  index: z.number().int().min(0).max(100).optional(),
});

/** Reveals a hint of a task, at its cost: that of `index`, or the next. */
export function POST(request: Request, { params }: Params<'id'>): Promise<Response> {
  return answer(request, async ({ services, learner, body }) => {
    const { task, index } = await body(hintRequest);
    return services.sessions.hint((await learner()).id, (await params).id, task, index);
  });
}
