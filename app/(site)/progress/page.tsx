import type { Metadata } from 'next';
import { headers } from 'next/headers';
import { ProgressOverview } from '../../../components/progress/progress-overview';
import { services } from '../../../core/services';
import { curriculum, labLinks } from '../../catalogue';

export const metadata: Metadata = { title: 'Your progress' };
export const dynamic = 'force-dynamic';

export default async function ProgressPage() {
  const { accounts, progress } = services();
  const learner = await accounts.learner((await headers()).get('cookie'));
  return (
    <div className="wrap py-12">
      <h1 className="text-3xl">Your progress</h1>
      <ProgressOverview
        progress={learner ? await progress.progress(learner.id) : null}
        courses={curriculum().courses}
        labs={await labLinks()}
      />
    </div>
  );
}
