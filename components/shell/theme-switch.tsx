/** Brought to life by the element of the same name (../enhance/theme-switch). */
export function ThemeSwitch() {
  return (
    <theme-switch>
      <button
        type="button"
        className="button button-plain icon-button"
        aria-label="Change colours"
        suppressHydrationWarning
      >
        <svg viewBox="0 0 16 16" width="18" height="18" aria-hidden="true" focusable="false">
          <circle cx="8" cy="8" r="6" fill="none" stroke="currentColor" strokeWidth="1.6" />
          <path d="M8 2a6 6 0 0 1 0 12z" fill="currentColor" />
        </svg>
      </button>
    </theme-switch>
  );
}
