/** Drawn for Podlab on a 16 px grid. Decorative: the words beside them carry the meaning. */
const paths = {
  passed: 'M3.2 8.6l3 3 6.6-7.2',
  failed: 'M4 4l8 8M12 4l-8 8',
  waiting: 'M8 2.5a5.5 5.5 0 1 0 5.5 5.5M8 5v3.2l2.2 1.4',
  unavailable: 'M8 2.2l6 10.8H2zM8 6.4v3M8 11.2v.1',
  open: 'M8 8m-5 0a5 5 0 1 0 10 0a5 5 0 1 0 -10 0',
  hint: 'M5.5 10.2a4 4 0 1 1 5 0V12h-5zM6.3 14h3.4',
  arrow: 'M3 8h10M9 4l4 4-4 4',
  back: 'M13 8H3M7 4L3 8l4 4',
  saved: 'M2.8 8.4l2.6 2.6 5-6M8.2 10.9l.4.1 5-6',
  clock: 'M8 8m-5.5 0a5.5 5.5 0 1 0 11 0a5.5 5.5 0 1 0 -11 0M8 5v3.2l2.2 1.4',
  more: 'M3.5 8h.1M8 8h.1M12.5 8h.1',
  shield: 'M8 2l5 2v3.6c0 3-2 5.3-5 6.4-3-1.1-5-3.4-5-6.4V4z',
  cluster: 'M8 2l5.2 3v6L8 14l-5.2-3V5zM8 8l5.2-3M8 8v6M8 8L2.8 5',
  link: 'M6.8 9.2l2.4-2.4M7.6 4.8l1-1a2.6 2.6 0 0 1 3.7 3.7l-1 1M8.4 11.2l-1 1a2.6 2.6 0 0 1-3.7-3.7l1-1',
} as const;

export type IconName = keyof typeof paths;

export function Icon({ name, className = '' }: { name: IconName; className?: string }) {
  return (
    <svg
      className={`icon ${className}`}
      viewBox="0 0 16 16"
      width="1em"
      height="1em"
      fill="none"
      stroke="currentColor"
      strokeWidth={name === 'more' ? 2.4 : 1.8}
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
      focusable="false"
    >
      <path d={paths[name]} />
    </svg>
  );
}
