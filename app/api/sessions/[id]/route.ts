import { answer, type Params } from '../../answer';

export function GET(request: Request, { params }: Params<'id'>): Promise<Response> {
  return answer(request, async ({ services, learner }) =>
    services.sessions.get((await learner()).id, (await params).id),
  );
}

/** Ends the lab; its saved points stay. */
export function DELETE(request: Request, { params }: Params<'id'>): Promise<Response> {
  return answer(request, async ({ services, learner }) =>
    services.sessions.end((await learner()).id, (await params).id),
  );
}
