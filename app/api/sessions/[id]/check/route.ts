import { answer, type Params } from '../../../answer';

/** "Check my work": answers with the report once every check has run. */
export function POST(request: Request, { params }: Params<'id'>): Promise<Response> {
  return answer(request, async ({ services, learner }) =>
    services.sessions.check((await learner()).id, (await params).id),
  );
}
