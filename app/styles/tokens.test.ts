import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';

const css = readFileSync(new URL('./tokens.css', import.meta.url), 'utf8');

/** `--name: light-dark(oklch(L C H), oklch(L C H))` → relative luminance (WCAG 2.2) in light and dark. */
function luminance(name: string): { light: number; dark: number } {
  const number = '([\\d.]+)';
  const colour = `oklch\\(${number} ${number} ${number}\\)`;
  const match = new RegExp(`--${name}: light-dark\\(${colour}, ${colour}\\)`).exec(css);
  if (!match) throw new Error(`no token --${name}`);
  const [l1, c1, h1, l2, c2, h2] = match.slice(1).map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  return { light: relativeLuminance(l1, c1, h1), dark: relativeLuminance(l2, c2, h2) };
}

/** OKLCH → linear sRGB (Ottosson's matrices), cut to the gamut, → Y. */
function relativeLuminance(lightness: number, chroma: number, hue: number): number {
  const a = chroma * Math.cos((hue * Math.PI) / 180);
  const b = chroma * Math.sin((hue * Math.PI) / 180);
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3;
  const rgb = [
    4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s,
    -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s,
    -0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s,
  ].map((channel) => Math.min(1, Math.max(0, channel)));
  return 0.2126 * (rgb[0] ?? 0) + 0.7152 * (rgb[1] ?? 0) + 0.0722 * (rgb[2] ?? 0);
}

function contrast(one: number, other: number): number {
  return (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
}

const grounds = ['paper', 'surface', 'sunken', 'code-bg'];
const tones = ['pea', 'amber', 'brick', 'slate'];

const text: [string, string][] = [
  ...['ink', 'ink-soft', ...tones].flatMap((tone) =>
    grounds.map((ground): [string, string] => [tone, ground]),
  ),
  ...tones.flatMap((tone): [string, string][] => [
    [tone, `${tone}-soft`],
    ['ink', `${tone}-soft`],
    ['ink-soft', `${tone}-soft`],
  ]),
  ['inverse', 'ink'],
];

const edges: [string, string][] = [
  ...['edge', 'focus', ...tones.map((tone) => `${tone}-fill`)].flatMap((tone) =>
    ['paper', 'surface'].map((ground): [string, string] => [tone, ground]),
  ),
  ['surface', 'pea-fill'],
];

describe.each([
  ['text', text, 4.5],
  ['edges of controls and marks', edges, 3],
] as const)('contrast of %s', (_, pairs, least) => {
  test.each(pairs)('%s on %s', (front, back) => {
    const [one, other] = [luminance(front), luminance(back)];
    expect(contrast(one.light, other.light), 'light').toBeGreaterThanOrEqual(least);
    expect(contrast(one.dark, other.dark), 'dark').toBeGreaterThanOrEqual(least);
  });
});
