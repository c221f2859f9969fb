import { forgetMe, me } from './me';
import { leaveForWorkbench, type RunRequest, runEvent, sendToOpenWorkbench } from './terminal-channel';

/** A command of a lesson: copied, or run in a lab, one of `data-labs` rather than another. */
export class RunCommand extends HTMLElement {
  private running = false;

  connectedCallback(): void {
    const copy = this.button('copy');
    const run = this.button('run');
    if (copy) {
      copy.hidden = false;
      copy.onclick = () => this.copy();
    }
    if (!run) return;
    run.onclick = () => this.run();
    if (this.closest('[data-workbench]')) run.hidden = false;
    else {
      void this.offerToRun();
      document.addEventListener('visibilitychange', this.offerToRun);
    }
  }

  disconnectedCallback(): void {
    document.removeEventListener('visibilitychange', this.offerToRun);
  }

  /** Where a lab of the learner's is open; it may have been started, or ended, in another tab since. */
  private offerToRun = async (): Promise<void> => {
    if (document.visibilityState !== 'visible') return;
    const sessions = (await me())?.sessions;
    const run = this.button('run');
    if (run && sessions) run.hidden = sessions.length === 0;
  };

  /** The command as typed, without the output that may follow it. */
  get command(): string {
    return [...this.querySelectorAll('pre')].map((pre) => pre.textContent?.trimEnd() ?? '').join('\n');
  }

  private async copy(): Promise<void> {
    try {
      await navigator.clipboard.writeText(this.command);
      this.say('Copied.');
    } catch {
      getSelection()?.selectAllChildren(this.querySelector('pre') ?? this);
      this.say('Selected. Press Ctrl+C or ⌘C to copy.');
    }
  }

  private async run(): Promise<void> {
    if (this.running) return;
    this.running = true;
    this.say(await this.send());
    this.running = false;
  }

  /** To the workbench around this page, else to one in another tab, else to one that this tab goes to. */
  private async send(): Promise<string> {
    const { command } = this;
    const detail: RunRequest = { command, said: '' };
    const asked = new CustomEvent<RunRequest>(runEvent, { bubbles: true, cancelable: true, detail });
    if (!this.dispatchEvent(asked)) return detail.said;

    forgetMe();
    const sessions = (await me())?.sessions;
    const ours = this.dataset['labs']?.split(' ') ?? [];
    const fitting = sessions?.filter(({ lab }) => ours.includes(lab));
    const chosen = fitting?.length ? fitting : sessions;
    const said = await sendToOpenWorkbench(command, chosen?.map(({ lab }) => lab) ?? null);
    if (said) return said;
    if (!chosen) return 'Not sent: the Podlab server does not answer.';
    if (!chosen[0]) return 'No lab is open. Start one, then run this.';
    leaveForWorkbench(command);
    location.assign(`/labs/${chosen[0].lab}/work`);
    return `Opening “${chosen[0].labTitle}”…`;
  }

  private say(text: string): void {
    const said = this.querySelector('[data-said]');
    if (said) said.textContent = text;
  }

  private button(action: string): HTMLButtonElement | null {
    return this.querySelector(`button[data-action="${action}"]`);
  }
}
