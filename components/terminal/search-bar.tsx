'use client';

import { useEffect, useRef, useState } from 'react';

interface Props {
  /** Returns whether it was found. */
  onSearch(text: string, direction: 'next' | 'previous', incremental: boolean): boolean;
  onClose(): void;
}

/** Finds text in a terminal and what has scrolled out of it. */
export function SearchBar({ onSearch, onClose }: Props) {
  const input = useRef<HTMLInputElement>(null);
  const [text, setText] = useState('');
  const [found, setFound] = useState(true);
  useEffect(() => input.current?.focus(), []);
  const go = (direction: 'next' | 'previous') => setFound(text === '' || onSearch(text, direction, false));

  return (
    <search className="terminal-search">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          go('previous');
        }}
        onKeyDown={(event) => {
          if (event.key === 'Escape') onClose();
        }}
      >
        <input
          ref={input}
          type="search"
          aria-label="Find in the terminal"
          placeholder="Find"
          spellCheck={false}
          value={text}
          onChange={({ target }) => {
            setText(target.value);
            setFound(target.value === '' || onSearch(target.value, 'next', true));
          }}
        />
        <span className="terminal-search-result" role="status">
          {found ? '' : 'Not found'}
        </span>
        <button type="submit" className="button button-small">
          Up
        </button>
        <button type="button" className="button button-small" onClick={() => go('next')}>
          Down
        </button>
        <button type="button" className="button button-small" onClick={onClose}>
          Done
        </button>
      </form>
    </search>
  );
}
