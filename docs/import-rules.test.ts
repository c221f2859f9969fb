import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

/** The rooms of docs/architecture.md: what each may import of the others, and which packages it must not know. */
const rooms: Record<string, { mayImport: string[]; not?: RegExp }> = {
  simulator: { mayImport: ['simulator'], not: /^(next|react|@prisma)/ },
  core: { mayImport: ['core', 'prisma'], not: /^(next|react|ws$|@xterm\/xterm)/ },
  components: { mayImport: ['components', 'core (types)'] },
  app: { mayImport: ['app', 'components', 'core'] },
  server: { mayImport: ['server', 'core'] },
  cli: { mayImport: ['cli', 'core', 'simulator', 'server'], not: /^(next|react)/ },
};

/** The places where a rule is meant to be crossed, each with its reason. */
const crossings: { file: RegExp; target: RegExp }[] = [
  // The one door between Podlab and the simulator.
  { file: /^core\/clusters\/embedded\//, target: /^simulator\// },
  // Exec is a WebSocket in Kubernetes' API, and `ws` the client for it.
  { file: /^core\/clusters\//, target: /^ws$/ },
  // What both ends of a terminal's WebSocket say to each other; needs neither Node.js nor a browser.
  { file: /^components\/terminal\//, target: /^core\/shells\/terminal-protocol$/ },
  // One sentence and remedy for every error, wherever it is thrown.
  { file: /^components\//, target: /^core\/errors$/ },
  // Browser and server agree on the terminal's frames, windows and close codes by sharing the file that names them.
  { file: /^components\/terminal\//, target: /^core\/shells\/terminal-protocol$/ },
];

interface Import {
  file: string;
  /** Path in the project, or a package's name. */
  target: string;
  typeOnly: boolean;
}

const root = resolve(import.meta.dirname, '..');

function sources(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return entry.name === 'generated' ? [] : sources(path);
    return /\.tsx?$/.test(entry.name) && !/\.test\.tsx?$|\.contract\.ts$/.test(entry.name) ? [path] : [];
  });
}

const statement =
  /^\s*(?:import|export)\s+(type\s)?(?:[^'";]*?\sfrom\s)?['"]([^'"]+)['"]|import\(\s*['"]([^'"]+)['"]\s*\)/gm;

function importsOf(path: string): Import[] {
  const file = relative(root, path);
  return [...readFileSync(path, 'utf8').matchAll(statement)].map(([, type, named, dynamic]) => {
    const target = named ?? dynamic ?? '';
    const local = target.startsWith('.');
    return {
      file,
      target: local ? relative(root, resolve(dirname(path), target)) : target,
      typeOnly: Boolean(type),
    };
  });
}

function isAllowed(room: string, { file, target, typeOnly }: Import): boolean {
  if (crossings.some((crossing) => crossing.file.test(file) && crossing.target.test(target))) return true;
  const rule = rooms[room];
  if (!rule) return true;
  const other = target.split('/')[0] ?? '';
  const isRoom = existsSync(join(root, other)) && statSync(join(root, other)).isDirectory() && other in rooms;
  if (!isRoom) return !rule.not?.test(target);
  return rule.mayImport.includes(other) || (typeOnly && rule.mayImport.includes(`${other} (types)`));
}

describe('imports between rooms', () => {
  it.each(Object.keys(rooms))('%s/ keeps to its rules', (room) => {
    const folder = join(root, room);
    const all = existsSync(folder) ? sources(folder).flatMap(importsOf) : [];
    expect(
      all.filter((one) => !isAllowed(room, one)).map(({ file, target }) => `${file} → ${target}`),
    ).toEqual([]);
  });

  it('sees an import that breaks a rule', () => {
    const bad = { file: 'core/grading/x.ts', target: 'simulator/index', typeOnly: false };
    expect(isAllowed('core', bad)).toBe(false);
    expect(
      isAllowed('components', { file: 'components/x.tsx', target: 'core/content/lab', typeOnly: false }),
    ).toBe(false);
    expect(
      isAllowed('components', { file: 'components/x.tsx', target: 'core/content/lab', typeOnly: true }),
    ).toBe(true);
  });

  it('finds no file over 400 lines', () => {
    const long = Object.keys(rooms)
      .filter((room) => existsSync(join(root, room)))
      .flatMap((room) => sources(join(root, room)))
      .filter((path) => readFileSync(path, 'utf8').split('\n').length > 401);
    expect(long.map((path) => relative(root, path))).toEqual([]);
  });
});
