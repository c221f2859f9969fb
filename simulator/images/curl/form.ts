import { decode } from '../../files/byte-string';
import { FileError } from '../../files/file-system';
import type { Process } from '../../runtime/process';
import { CurlFailure } from './failure';

const types: Record<string, string> = {
  txt: 'text/plain',
  htm: 'text/html',
  html: 'text/html',
  json: 'application/json',
  xml: 'application/xml',
  png: 'image/png',
  jpg: 'image/jpeg',
  svg: 'image/svg+xml',
};

/** The parts of -F as multipart/form-data: a byte string. Throws CurlFailure 26. */
export function formBody(process: Process, parts: readonly string[]): { body: string; type: string } {
  const boundary = `------------------------${Array.from({ length: 22 }, () => Math.floor(Math.random() * 36).toString(36)).join('')}`;
  const texts = parts.map((part) => `--${boundary}\r\n${partText(process, part)}\r\n`);
  return {
    body: `${texts.join('')}--${boundary}--\r\n`,
    type: `multipart/form-data; boundary=${boundary}`,
  };
}

/** `name=value`, `name=@file;type=…;filename=…`, `name=<file`; a NUL stands before what is taken literally. */
function partText(process: Process, part: string): string {
  const split = part.indexOf('=');
  if (split < 0) throw new CurlFailure(2, 'Illegally formatted input field');
  const name = part.slice(0, split);
  const value = part.slice(split + 1);
  const head = `Content-Disposition: form-data; name="${name}"`;
  if (value.startsWith('\0')) return `${head}\r\n\r\n${value.slice(1)}`;
  const [first = '', ...options] = value.split(';');
  const option = (key: string) =>
    options
      .find((each) => each.trim().startsWith(`${key}=`))
      ?.trim()
      .slice(key.length + 1);
  const type = option('type');
  const typed = (otherwise: string) => (type ?? otherwise) && `\r\nContent-Type: ${type ?? otherwise}`;
  if (first.startsWith('<')) return `${head}${typed('')}\r\n\r\n${content(process, first.slice(1))}`;
  if (!first.startsWith('@')) return `${head}${typed('')}\r\n\r\n${type === undefined ? value : first}`;
  const path = first.slice(1);
  const base = path.slice(path.lastIndexOf('/') + 1);
  const guessed = types[base.slice(base.lastIndexOf('.') + 1)] ?? 'application/octet-stream';
  return `${head}; filename="${option('filename') ?? base}"${typed(guessed)}\r\n\r\n${content(process, path)}`;
}

function content(process: Process, path: string): string {
  try {
    return decode(process.files.readFile(path));
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    throw new CurlFailure(26, `Failed to open/read local data from file/application`);
  }
}
