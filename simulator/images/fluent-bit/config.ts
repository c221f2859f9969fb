import { parse as parseYaml } from 'yaml';
import { decode, toText } from '../../files/byte-string';
import { errorText } from '../../files/error-text';
import { FileError } from '../../files/file-system';
import type { FileView } from '../../files/file-view';

/** A section of the configuration: its kind and its properties, names in lower case, in order. */
export interface Section {
  kind: string;
  properties: [name: string, value: string][];
}

/** A configuration that Fluent Bit would not start with; the message is its error line. */
export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError';
}

/** The sections of a file, classic or YAML by its name, with those of the files that it includes. Throws ConfigurationError. */
export function loadSections(files: FileView, path: string, env: ReadonlyMap<string, string>): Section[] {
  const variables = new Map([...env].map(([name, value]) => [name, toText(value)]));
  return /\.ya?ml$/.test(path)
    ? yamlSections(files, path, variables)
    : classicSections(files, path, variables, 0);
}

function read(files: FileView, path: string): string {
  try {
    return toText(decode(files.readFile(path)));
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    throw new ConfigurationError(`[config] cannot open configuration file: ${path}: ${errorText(error)}`);
  }
}

function expand(text: string, variables: ReadonlyMap<string, string>): string {
  return text.replace(/\$\{([^}]+)\}/g, (_all, name: string) => variables.get(name) ?? '');
}

function classicSections(
  files: FileView,
  path: string,
  variables: Map<string, string>,
  depth: number,
): Section[] {
  if (depth > 10) throw new ConfigurationError('[config] too many levels of @INCLUDE');
  const sections: Section[] = [];
  for (const [at, line] of read(files, path).split('\n').entries()) {
    const text = line.trim();
    const fail = (why: string) =>
      new ConfigurationError(`[config] File ${path}\n[config] Error in line ${at + 1}: ${why}`);
    if (text === '' || text.startsWith('#')) continue;
    const [, command, rest = ''] = /^@(\w+)\s+(.*)$/.exec(text) ?? [];
    if (command?.toUpperCase() === 'INCLUDE') {
      for (const included of matching(files, resolve(path, rest)))
        sections.push(...classicSections(files, included, variables, depth + 1));
      continue;
    }
    if (command?.toUpperCase() === 'SET') {
      const [name = '', ...value] = rest.split('=');
      variables.set(name.trim(), value.join('=').trim());
      continue;
    }
    const head = /^\[([A-Za-z_]+)\]$/.exec(text);
    if (head) {
      sections.push({ kind: (head[1] ?? '').toLowerCase(), properties: [] });
      continue;
    }
    if (text.startsWith('[')) throw fail('Invalid section header');
    const [, name = '', value = ''] = /^(\S+)\s*(.*)$/s.exec(text) ?? [];
    if (value === '') throw fail('Key has an empty value');
    const section = sections.at(-1);
    if (!section || !/^\s/.test(line)) throw fail('Undefined section for key, or bad indentation');
    section.properties.push([name.toLowerCase(), expand(value, variables)]);
  }
  return sections;
}

function resolve(from: string, path: string): string {
  return path.startsWith('/') ? path : `${from.slice(0, from.lastIndexOf('/') + 1)}${path}`;
}

/** Files whose path matches a pattern with `*` in its parts, sorted. */
export function matching(files: FileView, pattern: string): string[] {
  if (!pattern.includes('*')) return [pattern];
  let found = [pattern.startsWith('/') ? '' : '.'];
  for (const part of pattern.split('/').filter(Boolean)) {
    const expression = new RegExp(
      `^${part
        .split('*')
        .map((each) => each.replace(/[\\^$.+?()[\]{}|]/g, '\\$&'))
        .join('.*')}$`,
    );
    found = found.flatMap((folder) => {
      if (!part.includes('*')) return files.exists(`${folder}/${part}`) ? [`${folder}/${part}`] : [];
      if (files.tryStat(folder === '' ? '/' : folder)?.type !== 'directory') return [];
      return files
        .list(folder === '' ? '/' : folder)
        .filter((name) => !name.startsWith('.') && expression.test(name))
        .map((name) => `${folder}/${name}`);
    });
  }
  return found;
}

interface YamlFile {
  env?: Record<string, unknown>;
  includes?: string[];
  service?: Record<string, unknown>;
  parsers?: Record<string, unknown>[];
  pipeline?: {
    inputs?: Record<string, unknown>[];
    filters?: Record<string, unknown>[];
    outputs?: Record<string, unknown>[];
  };
}

function yamlSections(files: FileView, path: string, variables: Map<string, string>): Section[] {
  let file: YamlFile;
  try {
    const value: unknown = parseYaml(read(files, path)) ?? {};
    if (value === null || typeof value !== 'object' || Array.isArray(value))
      throw new ConfigurationError(`[config] YAML error in ${path}: it does not hold sections`);
    file = value;
  } catch (error) {
    if (error instanceof ConfigurationError) throw error;
    throw new ConfigurationError(
      `[config] YAML error in ${path}: ${(error as Error).message.split('\n')[0]}`,
    );
  }
  const known = /^(env|includes|service|parsers|pipeline)$/;
  const unknown = Object.keys(file).find((key) => !known.test(key));
  if (unknown !== undefined)
    throw new ConfigurationError(
      `[config] The embedded cluster does not simulate Fluent Bit's YAML section "${unknown}"; use a kind cluster for that.`,
    );
  for (const [name, value] of Object.entries(file.env ?? {})) variables.set(name, String(value));
  const section = (kind: string, values: Record<string, unknown>): Section => ({
    kind,
    properties: Object.entries(values ?? {}).flatMap(([name, value]) =>
      (Array.isArray(value) ? value : [value]).map((each): [string, string] => [
        name.toLowerCase(),
        expand(yamlText(name, each), variables),
      ]),
    ),
  });
  const { service, parsers = [], pipeline = {} } = file;
  const lists = { includes: file.includes, parsers, ...pipeline };
  for (const [name, list] of Object.entries(lists))
    if (list !== undefined && list !== null && !Array.isArray(list))
      throw new ConfigurationError(`[config] YAML error in ${path}: "${name}" is not a list`);
  return [
    ...(file.includes ?? []).flatMap((each) =>
      matching(files, resolve(path, each)).flatMap((found) => yamlSections(files, found, variables)),
    ),
    ...(service ? [section('service', service)] : []),
    ...parsers.map((each) => section('parser', each)),
    ...(pipeline.inputs ?? []).map((each) => section('input', each)),
    ...(pipeline.filters ?? []).map((each) => section('filter', each)),
    ...(pipeline.outputs ?? []).map((each) => section('output', each)),
  ];
}

function yamlText(name: string, value: unknown): string {
  if (value !== null && typeof value === 'object')
    throw new ConfigurationError(
      `[config] The embedded cluster does not simulate nested values ("${name}") of Fluent Bit's YAML; use a kind cluster for that.`,
    );
  return String(value);
}
