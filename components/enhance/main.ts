/*
 * Brings reading pages to life without a framework: custom elements around markup that the server has rendered.
 * Bundled and served as /enhance.js; the same elements work inside React pages.
 */
import { CheckQuestion } from './check-question';
import { ContinueCard, LearnerMarks } from './learner-marks';
import { ReadingPosition } from './reading-position';
import { RunCommand } from './run-command';
import { ThemeSwitch } from './theme-switch';

const elements = {
  'theme-switch': ThemeSwitch,
  'run-command': RunCommand,
  'check-question': CheckQuestion,
  'reading-position': ReadingPosition,
  'learner-marks': LearnerMarks,
  'continue-card': ContinueCard,
};

function define(): void {
  for (const [name, element] of Object.entries(elements))
    if (!customElements.get(name)) customElements.define(name, element);
}

// The script may come before the end of the page: an element is told of its place before what is in it has been read.
if (document.readyState === 'loading') document.addEventListener('DOMContentLoaded', define);
else define();
