import { z } from 'zod';
import { answer, type Params } from '../../../answer';

const closeRequest = z.strictObject({ shell: z.string().min(1).max(100) });

/** Opens another terminal tab: `{ id, title }`. */
export function POST(request: Request, { params }: Params<'id'>): Promise<Response> {
  return answer(request, async ({ services, learner }) =>
    services.sessions.createShell((await learner()).id, (await params).id),
  );
}

export function DELETE(request: Request, { params }: Params<'id'>): Promise<Response> {
  return answer(request, async ({ services, learner, body }) => {
    const { shell } = await body(closeRequest);
    return services.sessions.closeShell((await learner()).id, (await params).id, shell);
  });
}
