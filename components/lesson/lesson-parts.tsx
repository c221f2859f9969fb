import type { MDXComponents } from 'mdx/types';
import type { ReactNode } from 'react';
import type { Lesson } from '../../core/content/lesson';
import { Figure } from '../figures/figure';
import { CommandFrame } from './command-frame';
import { QuestionCard } from './question-card';

/** What a lesson needs to know of a lab it leads to. */
export interface LabLink {
  id: string;
  title: string;
  minutes: number;
  points: number;
}

/** The components that a lesson's text may use. Ids were checked when the lesson was loaded. */
export function lessonParts(lesson: Lesson, labs: readonly LabLink[]): MDXComponents {
  return {
    Figure: ({ id }: { id: string }) => {
      const figure = lesson.figures[id];
      return figure ? <Figure id={id} figure={figure} /> : null;
    },
    Question: ({ id }: { id: string }) => {
      const question = lesson.questions[id];
      return question ? <QuestionCard id={id} question={question} /> : null;
    },
    Command: ({ children }: { children?: ReactNode }) => (
      <CommandFrame labs={lesson.labs}>{children}</CommandFrame>
    ),
    Note,
    Term,
    Lab: ({ id, children }: { id: string; children?: ReactNode }) => (
      <LabCard lab={labs.find((lab) => lab.id === id) ?? { id, title: id, minutes: 0, points: 0 }}>
        {children}
      </LabCard>
    ),
    table: (props) => (
      // A wide table scrolls inside its own box, reachable by keyboard.
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be focusable
      // biome-ignore lint/a11y/useSemanticElements: a fieldset is for forms
      <div className="table-box" tabIndex={0} role="group" aria-label="Table">
        <table {...props} />
      </div>
    ),
    a: (props) => <a {...props} className="link" />,
  };
}

function Note({ children }: { children: ReactNode }) {
  return (
    <aside className="note" aria-label="Note">
      {children}
    </aside>
  );
}

/** A word with its meaning at hand, readable without a pointer. */
function Term({ means, children }: { means: string; children: ReactNode }) {
  return (
    <>
      <dfn>{children}</dfn>
      <span className="term-meaning"> ({means.replace(/\.$/, '')})</span>
    </>
  );
}

function LabCard({ lab, children }: { lab: LabLink; children: ReactNode }) {
  return (
    <section className="lab-card no-print" aria-label={`Lab: ${lab.title}`}>
      <div>
        <p className="eyebrow">
          Lab{lab.minutes > 0 && ` · about ${lab.minutes} minutes`}
          {lab.points > 0 && ` · ${lab.points} points`}
        </p>
        <p className="lab-card-title">{lab.title}</p>
        <div className="lab-card-text">{children}</div>
      </div>
      <a className="button button-primary" href={`/labs/${lab.id}`}>
        Open the lab
      </a>
    </section>
  );
}
