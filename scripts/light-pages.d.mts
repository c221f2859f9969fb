import type { NextAdapter } from 'next';

/** A prerendered page without the framework's scripts. Throws on an inline script of unknown origin. */
export function lighten(html: string): string;

declare const adapter: NextAdapter;
export default adapter;
