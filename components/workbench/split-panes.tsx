'use client';

import { type CSSProperties, type ReactNode, useEffect, useRef, useState } from 'react';
import { clampSplit, splitAfterKey, splitLimits } from './split-size';

const storageKey = 'podlab-split';

/** Two panes and a divider that moves by pointer and keyboard; where it stands is remembered in this browser. */
export function SplitPanes({
  left,
  right,
  shown,
}: {
  left: ReactNode;
  right: ReactNode;
  shown: 'left' | 'right';
}) {
  const [percent, setPercent] = useState(splitLimits.usual);
  const frame = useRef<HTMLDivElement>(null);

  useEffect(() => {
    const stored = Number(read());
    if (stored) setPercent(clampSplit(stored));
  }, []);

  const move = (to: number) => {
    setPercent(to);
    try {
      localStorage.setItem(storageKey, String(to));
    } catch {
      // Remembered for this page only.
    }
  };

  const drag = (clientX: number) => {
    const box = frame.current?.getBoundingClientRect();
    if (box) move(clampSplit(((clientX - box.left) / box.width) * 100));
  };

  return (
    <div
      className="split"
      ref={frame}
      data-shown={shown}
      style={{ '--split': `${percent}%` } as CSSProperties}
    >
      <div className="split-left" id="workbench-left">
        {left}
      </div>
      {/* biome-ignore lint/a11y/useSemanticElements: a focusable window splitter; hr takes no keyboard */}
      <div
        className="split-divider"
        role="separator"
        aria-orientation="vertical"
        aria-label="Width of the tasks"
        aria-controls="workbench-left"
        aria-valuenow={Math.round(percent)}
        aria-valuemin={splitLimits.min}
        aria-valuemax={splitLimits.max}
        tabIndex={0}
        title="Drag, or use the arrow keys; double-click for the usual width"
        onPointerDown={(event) => {
          event.preventDefault();
          event.currentTarget.setPointerCapture(event.pointerId);
          event.currentTarget.focus({ preventScroll: true });
        }}
        onPointerMove={(event) => {
          if (event.currentTarget.hasPointerCapture(event.pointerId)) drag(event.clientX);
        }}
        onDoubleClick={() => move(splitLimits.usual)}
        onKeyDown={(event) => {
          const to = splitAfterKey(event.key, event.shiftKey, percent);
          if (to === undefined) return;
          event.preventDefault();
          move(to);
        }}
      />
      <div className="split-right">{right}</div>
    </div>
  );
}

function read(): string | null {
  try {
    return localStorage.getItem(storageKey);
  } catch {
    return null;
  }
}
