import type { Process } from '../../../runtime/process';
import { matchesOf } from '../regular-expression';
import type { Editor } from './editor';
import { readText, writeText } from './file';
import { search, searchExpression } from './search';
import { EditorText } from './text';

/** What commands of the colon work on. */
export interface Session {
  process: Process;
  editor: Editor;
  path: string | undefined;
  utf8: boolean;
  readOnly: boolean;
  numbered: boolean;
  done: boolean;
  say(message: string): void;
  /** Runs a command of the shell on the terminal. */
  shell(command: string): Promise<void>;
}

interface Range {
  from: number;
  to: number;
  given: boolean;
}

/** A command of the colon, as `1,5d` or `%s/a/b/g` or `wq` (POSIX ex, as far as BusyBox has it). */
export async function colon(session: Session, command: string): Promise<void> {
  const line = command.trim().replace(/^:+/, '');
  const read = await readRange(session, line);
  if (typeof read === 'string') return session.say(read);
  const { range, rest } = read;
  const [, name = '', force = '', argument = ''] = /^([a-zA-Z]*|=)(!?)\s*(.*)$/s.exec(rest) ?? [];
  const { editor } = session;
  if (rest === '') {
    if (range.given) editor.at = { row: range.to, col: 0 };
    return;
  }
  if (rest.startsWith('!')) return session.shell(rest.slice(1));
  if (/^s(?![a-z])/.test(rest) || /^su/.test(rest)) return substitute(session, range, rest);
  switch (name) {
    case 'w':
    case 'write':
      return void (await save(session, range, argument, force !== ''));
    case 'wq':
    case 'x':
      if (name === 'x' && editor.text.changes === 0) return quit(session, true);
      if (await save(session, range, argument, force !== '')) quit(session, true);
      return;
    case 'q':
    case 'quit':
      return quit(session, force !== '');
    case 'e':
    case 'edit':
      return edit(session, argument, force !== '');
    case 'r':
    case 'read':
      return insertFile(session, range, argument);
    case 'd':
    case 'delete':
      editor.text.keep(editor.at);
      editor.text.remove({ start: { row: range.from, col: 0 }, end: { row: range.to, col: 0 }, lines: true });
      editor.at = { row: Math.min(editor.text.last, range.from), col: 0 };
      return;
    case 'f':
    case 'file':
      if (argument !== '') session.path = argument;
      return session.say(status(session));
    case '=':
      return session.say(String(range.to + 1));
    case 'set':
      return set(session, argument);
    default:
      return session.say(`'${rest}' is not implemented`);
  }
}

/** The line that tells mode, file and place. */
export function status({ editor, path, readOnly }: Session): string {
  const { text, at, mode } = editor;
  const letter = { normal: '-', insert: 'I', replace: 'R' }[mode];
  const marks = `${readOnly ? ' [Readonly]' : ''}${text.changes === 0 ? '' : ' [Modified]'}`;
  const percent = Math.floor((100 * (at.row + 1)) / text.lines.length);
  return `${letter} ${path ?? 'No file'}${marks} ${at.row + 1}/${text.lines.length} ${percent}%`;
}

function quit(session: Session, force: boolean): void {
  if (session.editor.text.changes !== 0 && !force) {
    session.say('No write since last change (:q! to override)');
    return;
  }
  session.done = true;
}

/** Whether it was written. */
async function save(session: Session, range: Range, argument: string, force: boolean): Promise<boolean> {
  const { editor, process } = session;
  const path = argument || session.path;
  if (path === undefined) {
    session.say('No current filename');
    return false;
  }
  if (session.readOnly && !force && path === session.path) {
    session.say(`'${path}' is read only`);
    return false;
  }
  if (argument !== '' && argument !== session.path && !force && process.files.exists(argument)) {
    session.say(`File exists (:w! overrides)`);
    return false;
  }
  const lines = range.given ? editor.text.lines.slice(range.from, range.to + 1) : editor.text.lines;
  const empty = lines.length === 1 && lines[0] === '' && !process.files.exists(path);
  const { message, failed } = await writeText(process, path, empty ? [] : lines, session.utf8);
  session.say(message);
  if (failed) return false;
  session.path ??= path;
  if (path === session.path && !range.given) editor.text.changes = 0;
  return true;
}

function edit(session: Session, argument: string, force: boolean): void {
  if (session.editor.text.changes !== 0 && !force) {
    session.say('No write since last change (:e! to override)');
    return;
  }
  if (argument !== '') session.path = argument;
  load(session);
}

/** Reads the file of a session. */
export function load(session: Session): void {
  const { editor, process, path } = session;
  editor.at = { row: 0, col: 0 };
  if (path === undefined) {
    editor.text = new EditorText();
    return;
  }
  const { lines, utf8, message } = readText(process, path);
  editor.text = new EditorText(lines);
  session.utf8 = utf8 ?? true;
  const locked = process.files.exists(path) && !process.files.access(path, 2);
  session.readOnly ||= locked;
  session.say(message);
}

function insertFile(session: Session, range: Range, argument: string): void {
  const { editor, process } = session;
  if (argument === '' || !process.files.exists(argument)) {
    session.say(argument === '' ? 'No filename given' : `'${argument}' No such file or directory`);
    return;
  }
  const { lines = [], message, failed } = readText(process, argument);
  session.say(message);
  if (failed) return;
  editor.text.keep(editor.at);
  editor.text.lines.splice(range.to + 1, 0, ...lines);
  editor.at = { row: Math.min(editor.text.last, range.to + 1), col: 0 };
}

function set(session: Session, argument: string): void {
  for (const word of argument.split(/\s+/)) {
    const on = !word.startsWith('no');
    const name = word.replace(/^no/, '');
    if (name === 'number' || name === 'nu') session.numbered = on;
    else if (name === 'ignorecase' || name === 'ic') session.editor.ignoreCase = on;
    else if (name === 'autoindent' || name === 'ai') session.editor.autoIndent = on;
    else if (!/^(flash|fl|showmatch|sm|expandtab|et|tabstop|ts)(=\d+)?$|^$/.test(name)) {
      session.say(`bad option: ${word}`);
      return;
    }
  }
}

async function readRange(session: Session, line: string): Promise<{ range: Range; rest: string } | string> {
  const { text, at } = session.editor;
  if (line.startsWith('%'))
    return { range: { from: 0, to: text.last, given: true }, rest: line.slice(1).trim() };
  let rest = line;
  const address = async (): Promise<number | undefined | string> => {
    const [all = '', base, pattern, offset] =
      /^(?:(\d+|\.|\$)|\/((?:[^\\/]|\\.)*)\/?)?((?:[-+]\d*)*)/.exec(rest) ?? [];
    if (all === '') return undefined;
    rest = rest.slice(all.length);
    let row = at.row;
    if (base === '$') row = text.last;
    else if (base !== undefined && base !== '.') row = Number(base) - 1;
    else if (pattern !== undefined) {
      const expression = searchExpression(pattern, session.editor.ignoreCase);
      if (typeof expression === 'string') return expression;
      const found = await search(text, at, expression, true, () => session.process.checkpoint());
      if (!found) return 'Pattern not found';
      row = found.row;
    }
    for (const [, sign, digits] of (offset ?? '').matchAll(/([-+])(\d*)/g))
      row += (sign === '-' ? -1 : 1) * Number(digits || 1);
    return row;
  };
  const first = await address();
  if (typeof first === 'string') return first;
  let second: number | undefined | string = first;
  if (rest.startsWith(',')) {
    rest = rest.slice(1);
    second = (await address()) ?? at.row;
    if (typeof second === 'string') return second;
  }
  const within = (row: number) => Math.max(0, Math.min(text.last, row));
  const range = { from: within(first ?? at.row), to: within(second ?? at.row), given: first !== undefined };
  if (range.from > range.to) return 'Backwards range';
  return { range, rest: rest.trim() };
}

/** `s/from/to/flags` */
async function substitute(session: Session, range: Range, command: string): Promise<void> {
  const { editor } = session;
  const body = command.replace(/^s[a-z]*/, '');
  const mark = body[0];
  if (mark === undefined || /[\w\s]/.test(mark)) {
    session.say(`'${command}' is not implemented`);
    return;
  }
  const parts: string[] = [''];
  for (let i = 1; i < body.length; i++) {
    const c = body[i] as string;
    if (c === '\\' && i + 1 < body.length) {
      const next = body[++i] as string;
      parts[parts.length - 1] += next === mark ? next : `\\${next}`;
    } else if (c === mark && parts.length < 3) parts.push('');
    else parts[parts.length - 1] += c;
  }
  const [pattern = '', replacement = '', flags = ''] = parts;
  const expression = searchExpression(pattern, flags.includes('i') || editor.ignoreCase);
  if (typeof expression === 'string') {
    session.say(expression);
    return;
  }
  const before = [...editor.text.lines];
  let changed = 0;
  let lastRow = range.from;
  for (let row = range.from; row <= range.to; row++) {
    const turn = session.process.checkpoint();
    if (turn) await turn;
    const line = before[row] as string;
    let result = '';
    let end = 0;
    for (const match of matchesOf(line, expression)) {
      result += line.slice(end, match.index) + replaced(replacement, match);
      end = match.index + match[0].length;
      changed++;
      lastRow = row;
      if (!flags.includes('g')) break;
    }
    before[row] = result + line.slice(end);
  }
  if (changed === 0) {
    session.say('No match');
    return;
  }
  editor.text.keep(editor.at);
  editor.text.lines = before;
  editor.at = { row: lastRow, col: 0 };
  if (changed > 1) session.say(`${changed} substitutions on ${range.to - range.from + 1} lines`);
}

function replaced(replacement: string, match: RegExpExecArray): string {
  return replacement.replace(/\\(.)|&/gs, (all, c: string | undefined) => {
    if (c === undefined) return all === '&' ? match[0] : all;
    return /\d/.test(c) ? (match[Number(c)] ?? '') : c;
  });
}
