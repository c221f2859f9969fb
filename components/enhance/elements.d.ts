import type { DetailedHTMLProps, HTMLAttributes } from 'react';

type CustomElement = DetailedHTMLProps<HTMLAttributes<HTMLElement>, HTMLElement> & { class?: string };

/** The custom elements of ./main.ts, for JSX. */
declare module 'react' {
  namespace JSX {
    interface IntrinsicElements {
      'theme-switch': CustomElement;
      'run-command': CustomElement;
      'check-question': CustomElement;
      'reading-position': CustomElement & { lesson: string };
      'continue-card': CustomElement;
      'learner-marks': CustomElement;
    }
  }
}
