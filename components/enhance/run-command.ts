import { me } from './me';
import { leaveForWorkbench, sendToOpenWorkbench } from './terminal-channel';

/** Asked of the page first; a workbench around the element takes it and calls preventDefault. */
const runEvent = 'podlab:run';

export class RunCommand extends HTMLElement {
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
    else
      void me().then((answer) => {
        run.hidden = !answer?.sessions.length;
      });
  }

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
    const event = new CustomEvent(runEvent, { bubbles: true, cancelable: true, detail: this.command });
    if (!this.dispatchEvent(event) || (await sendToOpenWorkbench(this.command))) {
      this.say('Sent to your terminal.');
      return;
    }
    const session = (await me())?.sessions[0];
    if (!session) {
      this.say('No lab is open. Start one, then run this.');
      return;
    }
    leaveForWorkbench(this.command);
    location.assign(`/labs/${session.lab}/work`);
  }

  private say(text: string): void {
    const said = this.querySelector('[data-said]');
    if (said) said.textContent = text;
  }

  private button(action: string): HTMLButtonElement | null {
    return this.querySelector(`button[data-action="${action}"]`);
  }
}
