import { Figure } from '../../components/figures/figure';
import { CourseList } from '../../components/progress/course-list';
import { Icon } from '../../components/shell/icons';
import { curriculum, labLinks } from '../catalogue';
import { heroFigure } from './hero-figure';

export default async function Home() {
  const { courses, lessons } = curriculum();
  const labs = await labLinks();
  const first = lessons[0];
  return (
    <>
      <section className="relative isolate overflow-hidden border-b border-line">
        <div className="squared absolute inset-0 -z-10" aria-hidden="true" />
        <div className="wrap grid items-center gap-10 py-14 lg:grid-cols-[minmax(0,29rem)_minmax(0,1fr)] lg:gap-14 lg:py-16">
          <div className="hero">
            <h1 className="text-4xl leading-[1.04] font-bold tracking-[-0.03em]">
              Understand Pods by running them.
            </h1>
            <p className="mt-6 max-w-[34rem] text-lg text-ink-soft">
              Short lessons on Kubernetes Pods, each with a graded lab: a real terminal, real{' '}
              <code className="text-ink">kubectl</code>, a cluster of your own, and checks that tell you what
              is wrong and where.
            </p>
            <continue-card class="block" hidden suppressHydrationWarning>
              <a
                href="/"
                className="card mt-8 flex items-center gap-4 px-5 py-4 hover:border-ink"
                suppressHydrationWarning
              >
                <span className="grow">
                  <span className="eyebrow block">
                    Go on where you left off · <span data-kind="" suppressHydrationWarning />
                  </span>
                  <span
                    className="mt-0.5 block text-lg font-semibold"
                    data-title=""
                    suppressHydrationWarning
                  />
                </span>
                <Icon name="arrow" className="text-xl" />
              </a>
              {lessons.map((lesson) => (
                <template key={lesson.slug} data-id={`lesson:${lesson.slug}`} data-title={lesson.title} />
              ))}
              {labs.map((lab) => (
                <template key={lab.id} data-id={`lab:${lab.id}`} data-title={lab.title} />
              ))}
            </continue-card>
            <div className="mt-8 flex flex-wrap items-center gap-3">
              {first && (
                <a className="button button-primary button-large begin" href={`/lessons/${first.slug}`}>
                  Begin with “{first.title}”
                </a>
              )}
              <a className="button button-large" href="#courses">
                All courses
              </a>
            </div>
          </div>
          <div className="max-lg:mx-auto max-lg:w-full max-lg:max-w-[34rem]">
            <Figure id="hero" figure={heroFigure} />
          </div>
        </div>
      </section>

      <section className="wrap grid gap-8 py-12 sm:grid-cols-3" aria-label="How it works">
        {ways.map((way) => (
          <div key={way.title}>
            <h2 className="text-lg">{way.title}</h2>
            <p className="mt-1.5 text-ink-soft">{way.text}</p>
          </div>
        ))}
      </section>

      <section className="wrap pt-6" aria-labelledby="courses">
        <h2 id="courses" className="text-3xl">
          Courses
        </h2>
        <CourseList courses={courses} labs={labs} />
      </section>
    </>
  );
}

const ways = [
  {
    title: 'Read for minutes, then do it',
    text: 'A lesson takes five to ten minutes and ends in the lab that uses it. Commands in the text run in your terminal.',
  },
  {
    title: 'Graded on what the cluster holds',
    text: 'Checks read the cluster itself and turn green while you work. A wrong answer says what was expected, what is there, and where.',
  },
  {
    title: 'Nothing to install, nothing to pay',
    text: 'The embedded cluster starts in under a second. With Docker and kind on the server, the same labs run on a full Kubernetes.',
  },
];
