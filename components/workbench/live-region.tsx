'use client';

import { useEffect, useRef, useState } from 'react';
import type { LabReport } from '../../core/grading/verdict';
import { announcement } from './announce';

/** Changes that come within this time are said together. */
const gatherMs = 900;

/** Says what changed in the checks, politely and not more often than anyone can listen. */
export function LiveRegion({ report }: { report: LabReport | null }) {
  const [said, setSaid] = useState('');
  const last = useRef<LabReport | null>(null);
  const latest = useRef<LabReport | null>(null);

  useEffect(() => {
    latest.current = report;
    if (!report) return;
    const timer = setTimeout(() => {
      const text = latest.current && announcement(last.current, latest.current);
      last.current = latest.current;
      if (text) setSaid(text);
    }, gatherMs);
    return () => clearTimeout(timer);
  }, [report]);

  return (
    <p className="sr-only" role="status" aria-live="polite" data-announcements="">
      {said}
    </p>
  );
}
