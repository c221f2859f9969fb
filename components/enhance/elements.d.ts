import type { DetailedHTMLProps, HTMLAttributes } from 'react';

type Element = DetailedHTMLProps<HTMLAttributes<HTMLElement>, HTMLElement> & { class?: string };

/** The custom elements of ./main.ts, for JSX. */
declare module 'react' {
  namespace JSX {
    interface IntrinsicElements {
      'theme-switch': Element;
      'run-command': Element;
      'check-question': Element;
      'reading-position': Element & { lesson: string };
      'continue-card': Element;
      'learner-marks': Element;
    }
  }
}
