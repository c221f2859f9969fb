import { answer } from '../answer';

/** Who this browser is, what they have done and what is open. Never makes a guest. */
export function GET(request: Request): Promise<Response> {
  return answer(request, async ({ services, learnerOrNull }) => {
    const learner = await learnerOrNull();
    const [progress, sessions] = learner
      ? await Promise.all([services.progress.progress(learner.id), services.sessions.list(learner.id)])
      : [null, []];
    return {
      learner,
      progress,
      resume: progress?.resume ?? null,
      sessions: sessions
        .filter((session) => session.state.kind === 'starting' || session.state.kind === 'ready')
        .map(({ id, lab, labTitle, state }) => ({ id, lab, labTitle, state: state.kind })),
      isolation: services.isolation,
    };
  });
}
