/** A Pod with two containers in it: the mark of Podlab. The same drawing is app/icon.svg. */
export function Logo({ size = 28 }: { size?: number }) {
  return (
    <svg viewBox="0 0 32 32" width={size} height={size} aria-hidden="true" focusable="false">
      <g transform="rotate(-38 16 16)">
        <rect
          x="2.2"
          y="8.2"
          width="27.6"
          height="15.6"
          rx="7.8"
          fill="none"
          stroke="currentColor"
          strokeWidth="2.4"
        />
        <circle cx="10.6" cy="16" r="3.9" fill="var(--pea-fill)" />
        <circle cx="21.4" cy="16" r="3.9" fill="currentColor" />
      </g>
    </svg>
  );
}
