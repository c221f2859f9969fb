import { doubleText, type Reply } from '../resp';
import { quoted } from '../words';

/** A reply as a terminal shows it, with a newline at its end. `prefix` stands in front of the later lines of lists. */
export function standardText(reply: Reply, prefix = ''): string {
  switch (reply.type) {
    case 'status':
      return `${reply.text}\n`;
    case 'error':
      return `(error) ${reply.text}\n`;
    case 'bulk':
      return `${quoted(reply.text)}\n`;
    case 'integer':
      return `(integer) ${reply.value}\n`;
    case 'double':
      return `(double) ${doubleText(reply.value)}\n`;
    case 'nil':
    case 'nil-array':
      return '(nil)\n';
    case 'array':
    case 'set':
    case 'push':
      return listText(reply.items, reply.type, prefix);
    case 'map':
      return mapText(reply.entries, prefix);
    case 'none':
      return '';
  }
}

function listText(items: Reply[], type: 'array' | 'set' | 'push', prefix: string): string {
  if (items.length === 0) return type === 'set' ? '(empty set)\n' : '(empty array)\n';
  const mark = type === 'set' ? '~' : ')';
  const width = String(items.length).length;
  const inner = `${prefix}${' '.repeat(width + 2)}`;
  return items
    .map(
      (item, index) =>
        `${index === 0 ? '' : prefix}${String(index + 1).padStart(width)}${mark} ${standardText(item, inner)}`,
    )
    .join('');
}

function mapText(entries: [Reply, Reply][], prefix: string): string {
  if (entries.length === 0) return '(empty hash)\n';
  const width = String(entries.length).length;
  const inner = `${prefix}${' '.repeat(width + 2)}`;
  return entries
    .map(
      ([key, value], index) =>
        `${index === 0 ? '' : prefix}${String(index + 1).padStart(width)}# ${standardText(key).trimEnd()} => ${standardText(value, inner)}`,
    )
    .join('');
}

/** A reply for other programs: what it holds and nothing else, a newline between the items of lists. */
export function rawText(reply: Reply): string {
  switch (reply.type) {
    case 'status':
    case 'bulk':
      return reply.text;
    case 'error':
      return `${reply.text}\n`;
    case 'integer':
      return String(reply.value);
    case 'double':
      return doubleText(reply.value);
    case 'nil':
    case 'nil-array':
    case 'none':
      return '';
    case 'array':
    case 'set':
    case 'push':
      return reply.items.map(rawText).join('\n');
    case 'map':
      return reply.entries.map(([key, value]) => `${rawText(key)} ${rawText(value)}`).join('\n');
  }
}

export function csvText(reply: Reply): string {
  switch (reply.type) {
    case 'status':
    case 'bulk':
      return quoted(reply.text);
    case 'error':
      return `ERROR,${quoted(reply.text)}`;
    case 'integer':
      return String(reply.value);
    case 'double':
      return doubleText(reply.value);
    case 'nil':
    case 'nil-array':
      return 'NULL';
    case 'none':
      return '';
    case 'array':
    case 'set':
    case 'push':
      return reply.items.map(csvText).join(',');
    case 'map':
      return reply.entries.flat().map(csvText).join(',');
  }
}
