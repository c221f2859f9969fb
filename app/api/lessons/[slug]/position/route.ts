import { z } from 'zod';
import { PodlabError } from '../../../../../core/errors';
import { curriculum } from '../../../../catalogue';
import { answer, type Params } from '../../../answer';

const positionRequest = z.strictObject({ position: z.number().min(0).max(1), completed: z.boolean() });

/** How far a lesson was read. Makes a guest: this is worth saving. */
export function PUT(request: Request, { params }: Params<'slug'>): Promise<Response> {
  return answer(request, async ({ services, learnerOrGuest, body }) => {
    const { slug } = await params;
    const { position, completed } = await body(positionRequest);
    if (!curriculum().lessons.some((lesson) => lesson.slug === slug))
      throw new PodlabError(
        'lesson-not-found',
        `There is no lesson “${slug}”.`,
        'Open the list of courses.',
        404,
      );
    await services.progress.saveLessonPosition((await learnerOrGuest()).id, slug, position, completed);
  });
}
