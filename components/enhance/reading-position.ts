import { me } from './me';

const saveEveryMs = 4000;
/** Read to here counts as read: the last lines are the link to the lab. */
const readAt = 0.96;

/** How much of an element has passed the lower edge of the window, 0–1. */
export function fractionRead(box: { top: number; height: number }, windowHeight: number): number {
  if (box.height <= 0) return 0;
  return Math.min(1, Math.max(0, (windowHeight - box.top) / box.height));
}

/** Around a lesson's text: saves how far it was read, and offers to go on from there. Saves nothing before the first scroll. */
export class ReadingPosition extends HTMLElement {
  private furthest = 0;
  private saved = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;

  connectedCallback(): void {
    addEventListener('scroll', this.note, { passive: true });
    addEventListener('pagehide', this.save);
    void this.offerToResume();
  }

  disconnectedCallback(): void {
    removeEventListener('scroll', this.note);
    removeEventListener('pagehide', this.save);
    this.save();
  }

  private note = (): void => {
    const position = fractionRead(this.getBoundingClientRect(), innerHeight);
    if (position > this.furthest) this.furthest = position;
    this.timer ??= setTimeout(() => {
      this.timer = undefined;
      this.save();
    }, saveEveryMs);
  };

  private save = (): void => {
    if (this.furthest < this.saved + 0.01) return;
    const before = this.saved;
    this.saved = this.furthest;
    const position = Math.round(this.furthest * 1000) / 1000;
    // A position that is not saved is no loss worth a message: the next one carries it.
    fetch(`/api/lessons/${this.getAttribute('lesson')}/position`, {
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ position, completed: position >= readAt }),
      keepalive: true,
    })
      .then(({ ok }) => ok)
      .catch(() => false)
      .then((ok) => {
        if (!ok) this.saved = Math.min(this.saved, before);
      });
  };

  private async offerToResume(): Promise<void> {
    const lesson = this.getAttribute('lesson');
    const before = (await me())?.progress?.lessons.find((entry) => entry.lesson === lesson);
    if (!before) return;
    this.furthest = Math.max(this.furthest, before.position);
    this.saved = before.position;
    const offer = this.querySelector<HTMLButtonElement>('[data-resume]');
    if (!offer || before.completed || before.position < 0.08 || scrollY > 300) return;
    offer.hidden = false;
    offer.textContent = `Go on where you stopped (${Math.round(before.position * 100)} %)`;
    offer.onclick = () => {
      const { top, height } = this.getBoundingClientRect();
      const to = scrollY + top + height * before.position - innerHeight * 0.7;
      scrollTo({
        top: to,
        behavior: matchMedia('(prefers-reduced-motion: reduce)').matches ? 'auto' : 'smooth',
      });
      this.focusAt(to - scrollY);
      offer.hidden = true;
    };
  }

  /** Who reads by keyboard or ear goes on there too: the paragraph that comes to the top takes the focus. */
  private focusAt(top: number): void {
    const place = [...this.querySelectorAll<HTMLElement>('.prose > p, .prose > h2')].find(
      (one) => one.getBoundingClientRect().top >= top,
    );
    if (!place) return;
    place.tabIndex = -1;
    place.focus({ preventScroll: true });
  }
}
