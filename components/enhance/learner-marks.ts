import type { LearnerProgress } from '../../core/progress/progress';
import { me } from './me';

/** Around lists of lessons and labs: marks what this learner has done. Items carry `data-lesson` or `data-lab`. */
export class LearnerMarks extends HTMLElement {
  connectedCallback(): void {
    addEventListener('pageshow', this.show);
    this.show();
  }

  disconnectedCallback(): void {
    removeEventListener('pageshow', this.show);
  }

  private show = (): void => {
    void me().then((answer) => answer?.progress && this.mark(answer.progress));
  };

  private mark({ lessons, labs }: LearnerProgress): void {
    for (const lesson of lessons)
      this.set(
        `[data-lesson="${lesson.lesson}"]`,
        lesson.completed ? 'passed' : 'started',
        lesson.completed ? 'read' : 'begun',
      );
    for (const lab of labs)
      this.set(
        `[data-lab="${lab.lab}"]`,
        lab.passed ? 'passed' : 'started',
        lab.passed ? 'passed' : `${lab.earned} of ${lab.points} points`,
      );
  }

  private set(selector: string, state: string, words: string): void {
    for (const item of this.querySelectorAll(selector)) {
      item.setAttribute('data-state', state);
      const said = item.querySelector('[data-said]');
      if (said) said.textContent = words;
    }
  }
}

/** "Continue where you left off" on the home page; stays hidden for a newcomer. Titles come with the page. */
export class ContinueCard extends HTMLElement {
  connectedCallback(): void {
    addEventListener('pageshow', this.show);
    this.show();
  }

  disconnectedCallback(): void {
    removeEventListener('pageshow', this.show);
  }

  private show = (): void => {
    void me().then((answer) => {
      const resume = answer?.progress?.resume;
      if (!resume) return;
      const open = answer.sessions.find((session) => session.lab === resume.id);
      const title = this.querySelector<HTMLTemplateElement>(
        `template[data-id="${resume.kind}:${resume.id}"]`,
      );
      const link = this.querySelector<HTMLAnchorElement>('a');
      const name = this.querySelector('[data-title]');
      const kind = this.querySelector('[data-kind]');
      if (!title || !link || !name || !kind) return;
      name.textContent = title.dataset['title'] ?? '';
      kind.textContent = resume.kind === 'lesson' ? 'Lesson' : open ? 'Lab, still running' : 'Lab';
      link.href =
        resume.kind === 'lesson' ? `/lessons/${resume.id}` : `/labs/${resume.id}${open ? '/work' : ''}`;
      this.hidden = false;
    });
  };
}
