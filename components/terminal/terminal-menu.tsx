'use client';

import { useEffect, useRef, useState } from 'react';
import { Icon } from '../shell/icons';
import { changeSettings, largestFont, smallestFont, useTerminalSettings } from './terminal-settings';

interface Props {
  /** Where it is open, in the window; null when it is closed. */
  at: { x: number; y: number } | null;
  onOpen(at: { x: number; y: number }): void;
  onClose(): void;
  /** Both resolve with whether it could be done. */
  onCopy(): Promise<boolean>;
  onPaste(): Promise<boolean>;
  onSearch(): void;
  onSelectAll(): void;
  /** After a choice: the terminal takes the focus back. */
  onDone(): void;
}

/** What can be done with a terminal, and how it looks: by right click, long press, or its button. */
export function TerminalMenu(props: Props) {
  const { at, onOpen, onClose, onDone } = props;
  const panel = useRef<HTMLDivElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  const [said, setSaid] = useState('');
  const { fontSize, screenReader } = useTerminalSettings();

  useEffect(() => {
    if (!at) return;
    setSaid('');
    panel.current?.querySelector('button')?.focus();
    const closeOutside = ({ target }: PointerEvent) => {
      if (!(target instanceof Node) || panel.current?.contains(target) || button.current?.contains(target))
        return;
      onClose();
    };
    document.addEventListener('pointerdown', closeOutside);
    return () => document.removeEventListener('pointerdown', closeOutside);
  }, [at, onClose]);

  const choose = (run: () => void) => () => {
    onClose();
    onDone();
    run();
  };
  const tryTo = (run: () => Promise<boolean>, otherwise: string) => async () => {
    if (await run()) choose(() => {})();
    else setSaid(otherwise);
  };
  const toggle = () => {
    const box = button.current?.getBoundingClientRect();
    if (at) onClose();
    else if (box) onOpen({ x: box.right, y: box.bottom });
  };

  return (
    <>
      <button
        ref={button}
        type="button"
        className="button button-plain icon-button terminal-menu-button"
        aria-label="Terminal menu"
        aria-expanded={at !== null}
        onClick={toggle}
      >
        <Icon name="more" />
      </button>
      {at && (
        <div
          ref={panel}
          className="terminal-menu"
          role="dialog"
          aria-label="Terminal menu"
          style={{
            left: `min(${Math.max(0, Math.round(at.x))}px, calc(100vw - 15.5rem))`,
            top: `min(${Math.max(0, Math.round(at.y))}px, calc(100dvh - 19rem))`,
          }}
          onKeyDown={(event) => {
            if (event.key !== 'Escape') return;
            onClose();
            button.current?.focus();
          }}
        >
          <button type="button" onClick={tryTo(props.onCopy, 'Select some text first.')}>
            Copy <kbd>Ctrl Shift C</kbd>
          </button>
          <button
            type="button"
            onClick={tryTo(props.onPaste, 'This browser lets you paste by Ctrl Shift V only.')}
          >
            Paste <kbd>Ctrl Shift V</kbd>
          </button>
          <button type="button" onClick={choose(props.onSelectAll)}>
            Select all
          </button>
          <button
            type="button"
            onClick={() => {
              onClose();
              props.onSearch();
            }}
          >
            Find <kbd>Ctrl Shift F</kbd>
          </button>
          <p className="terminal-menu-row">
            <span>Text size {fontSize}</span>
            <button
              type="button"
              aria-label="Smaller text"
              disabled={fontSize <= smallestFont}
              onClick={() => changeSettings({ fontSize: fontSize - 1 })}
            >
              −
            </button>
            <button
              type="button"
              aria-label="Larger text"
              disabled={fontSize >= largestFont}
              onClick={() => changeSettings({ fontSize: fontSize + 1 })}
            >
              +
            </button>
          </p>
          <label className="terminal-menu-row">
            <input
              type="checkbox"
              checked={screenReader}
              onChange={({ target }) => changeSettings({ screenReader: target.checked })}
            />
            Screen reader mode
          </label>
          <p className="terminal-menu-said" role="status">
            {said}
          </p>
        </div>
      )}
    </>
  );
}
