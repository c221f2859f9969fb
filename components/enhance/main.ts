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

for (const [name, element] of Object.entries(elements))
  if (!customElements.get(name)) customElements.define(name, element);
