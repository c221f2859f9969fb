'use client';

import { useSyncExternalStore } from 'react';

/** What a learner has set for all terminals, kept in this browser. */
export interface TerminalSettings {
  /** CSS pixels. */
  fontSize: number;
  screenReader: boolean;
}

export const smallestFont = 9;
export const largestFont = 32;
const key = 'podlab-terminal';
const standard: TerminalSettings = { fontSize: 14, screenReader: false };

let current: TerminalSettings | undefined;
const listeners = new Set<() => void>();

/** Anything that is not a setting of today's counts as not set. */
function readSettings(text: string | null): TerminalSettings {
  try {
    const { fontSize, screenReader } = JSON.parse(text ?? '{}') as Partial<TerminalSettings>;
    return {
      fontSize: typeof fontSize === 'number' ? clampFont(fontSize) : standard.fontSize,
      screenReader: screenReader === true,
    };
  } catch {
    return standard;
  }
}

const clampFont = (size: number) => Math.min(largestFont, Math.max(smallestFont, Math.round(size)));

function settings(): TerminalSettings {
  current ??= readSettings(storage()?.getItem(key) ?? null);
  return current;
}

export function changeSettings(change: Partial<TerminalSettings>): void {
  const next = { ...settings(), ...change };
  current = { ...next, fontSize: clampFont(next.fontSize) };
  try {
    storage()?.setItem(key, JSON.stringify(current));
  } catch {
    // A full or forbidden storage forgets; the setting holds until the page is left.
  }
  for (const listener of listeners) listener();
}

export function useTerminalSettings(): TerminalSettings {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    settings,
    () => standard,
  );
}

function storage(): Storage | undefined {
  try {
    return globalThis.localStorage;
  } catch {
    return undefined;
  }
}
