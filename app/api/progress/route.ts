import { answer } from '../answer';

export function GET(request: Request): Promise<Response> {
  return answer(request, async ({ services, learnerOrNull }) => {
    const learner = await learnerOrNull();
    return learner ? services.progress.progress(learner.id) : { lessons: [], labs: [], resume: null };
  });
}
