/** Per cent of the width that the left pane takes. */
export const splitLimits = { min: 24, max: 66, usual: 36 };

export function clampSplit(percent: number): number {
  return Math.min(splitLimits.max, Math.max(splitLimits.min, Math.round(percent * 10) / 10));
}

/** Where a key moves the divider (WAI-ARIA window splitter); undefined for keys that do not. */
export function splitAfterKey(key: string, shift: boolean, percent: number): number | undefined {
  const step = shift ? 10 : 2;
  switch (key) {
    case 'ArrowLeft':
      return clampSplit(percent - step);
    case 'ArrowRight':
      return clampSplit(percent + step);
    case 'Home':
      return splitLimits.min;
    case 'End':
      return splitLimits.max;
    case 'Enter':
      return splitLimits.usual;
    default:
      return undefined;
  }
}
