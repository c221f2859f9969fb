import { decode } from '../../files/byte-string';
import { FileError } from '../../files/file-system';
import type { FileView } from '../../files/file-view';
import { ConfigError, type Directive, parseConfig } from './config-syntax';

export interface LoadedFiles {
  directives: Directive[];
  /** Each file once, in the order of reading: for `nginx -T`. */
  files: { path: string; text: string }[];
}

const deepestInclude = 20;

/** Reads the main file and what it includes. Throws ConfigError. */
export function loadConfigFiles(files: FileView, path: string): LoadedFiles {
  const read: LoadedFiles['files'] = [];
  const load = (file: string, depth: number): Directive[] => {
    const text = readText(files, file);
    if (!read.some((known) => known.path === file)) read.push({ path: file, text });
    return resolveIncludes(parseConfig(text, file), depth);
  };
  const resolveIncludes = (directives: Directive[], depth: number): Directive[] =>
    directives.flatMap((directive) => {
      if (directive.name === 'include' && directive.args.length === 1) {
        if (depth > deepestInclude)
          throw new ConfigError(`too many includes in ${directive.file}:${directive.line}`);
        return matching(files, directive).flatMap((file) => load(file, depth + 1));
      }
      return directive.block
        ? [{ ...directive, block: resolveIncludes(directive.block, depth) }]
        : [directive];
    });
  return { directives: load(path, 0), files: read };
}

/** The files that an include names: relative to /etc/nginx, with * and ? in the last name. */
function matching(files: FileView, { args, file, line }: Directive): string[] {
  const pattern = args[0] ?? '';
  const path = pattern.startsWith('/') ? pattern : `/etc/nginx/${pattern}`;
  if (!/[*?[]/.test(path)) {
    if (!files.exists(path))
      throw new ConfigError(`open() "${path}" failed (2: No such file or directory) in ${file}:${line}`);
    return [path];
  }
  const folder = path.slice(0, path.lastIndexOf('/')) || '/';
  const glob = path.slice(path.lastIndexOf('/') + 1);
  const shape = new RegExp(
    `^${glob
      .replace(/[.+^${}()|\\]/g, '\\$&')
      .replaceAll('*', '.*')
      .replaceAll('?', '.')}$`,
  );
  if (!files.exists(folder)) return [];
  return files
    .list(folder)
    .filter((name) => shape.test(name) && !(name.startsWith('.') && !glob.startsWith('.')))
    .map((name) => `${folder}/${name}`);
}

function readText(files: FileView, path: string): string {
  try {
    return decode(files.readFile(path));
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    const reason = error.code === 'ENOENT' ? '2: No such file or directory' : '13: Permission denied';
    throw new ConfigError(`open() "${path}" failed (${reason})`);
  }
}
