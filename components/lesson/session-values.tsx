'use client';

import { createContext, useContext } from 'react';
import { valuePlace } from './value-marks';

/** What the lab's variables are in this session; none before it has started. */
export const SessionValues = createContext<Readonly<Record<string, string | number>>>({});

/** A variable in a lab's text: its value, or its name as long as there is no session. */
export function SessionValue({ 'data-name': name }: { 'data-name'?: string }) {
  const value = useContext(SessionValues)[name ?? ''];
  if (value !== undefined) return value;
  return <var title="Every session has its own; you see yours when the lab has started.">{name}</var>;
}

/** As SessionValue, for a line of text. */
export function useFilled(): (text: string) => string {
  const values = useContext(SessionValues);
  return (text) => text.replace(valuePlace, (_, name: string) => String(values[name] ?? name));
}
