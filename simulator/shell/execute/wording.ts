import type { Shell } from './shell';

/** A complaint of the shell in the words of its dialect; `message` is ash's. */
export function complaint(shell: Shell, message: string): string {
  switch (shell.dialect) {
    case 'ash':
      return ashPlace(shell) + message;
    case 'dash':
      // Its lines are counted at a prompt as well.
      return `${shell.argument0}: ${Math.max(1, shell.line)}: ${shell.builtinName ? `${shell.builtinName}: ` : ''}${translated(message, dashWords)}`;
    case 'bash':
      return `${bashPlace(shell, message.startsWith('syntax error') ? '-c: ' : '')}${bashMessage(shell, message)}`;
  }
}

/** `sh: `, with script and line where ash tells them. */
function ashPlace(shell: Shell): string {
  const builtin = shell.builtinName ?? shell.scriptName;
  const name = shell.builtinName ? `${shell.argument0}: ${shell.builtinName}: ` : `${shell.argument0}: `;
  if (builtin === undefined || shell.options.interactive || shell.atPrompt) return name;
  return `${name}line ${shell.scriptName === undefined ? 0 : shell.line}: `;
}

/** `bash: line 1: `; `ofCommand` stands there when the script is the argument of -c. */
function bashPlace(shell: Shell, ofCommand: string): string {
  const { builtinName, options, argument0 } = shell;
  const where =
    options.interactive || shell.atPrompt
      ? ''
      : `${shell.scriptName === undefined ? ofCommand : ''}line ${Math.max(1, shell.line)}: `;
  return `${argument0}: ${where}${builtinName ? `${builtinName}: ` : ''}`;
}

/** What a builtin does not find is no command that was not found. */
function bashMessage(shell: Shell, message: string): string {
  if (shell.builtinName !== undefined && /: not found$/.test(message)) return message;
  return translated(message, bashWords);
}

type Words = [RegExp, string][];

function translated(message: string, words: Words): string {
  for (const [pattern, text] of words) if (pattern.test(message)) return message.replace(pattern, text);
  return message;
}

const dashWords: Words = [
  [/^can't create (.*): nonexistent directory$/s, 'cannot create $1: Directory nonexistent'],
  [/^can't create (.*)$/s, 'cannot create $1'],
  [/^can't open (.*): no such file$/s, 'cannot open $1: No such file'],
  [/^can't open (.*)$/s, 'cannot open $1'],
  [/^syntax error: (.)(.*)$/s, 'Syntax error: $1$2'],
  [/^syntax error: bad substitution$/, 'Bad substitution'],
];

const bashWords: Words = [
  [/^(.*): bad variable name$/s, "`$1': not a valid identifier"],
  [/^illegal option [-+]o (.*)$/s, '$1: invalid option name'],
  [/^illegal mode: (.*)$/s, "`$1': invalid symbolic mode operator"],
  [/^(.*): bad number$/s, '$1: integer expression expected'],
  [/^missing (\]+)$/, "missing `$1'"],
  [/^(.*): unknown operand$/s, '$1: binary operator expected'],
  [/^(.*\/.*): not found$/s, '$1: No such file or directory'],
  [/^(.*): not found$/s, '$1: command not found'],
  [
    /^can't (?:create|open) '?(.*?)'?: (?:nonexistent directory|no such file)$/s,
    '$1: No such file or directory',
  ],
  [/^can't (?:create|open) '?(.*?)'?: (.*)$/s, '$1: $2'],
  [/^can't cd to (.*?)(: .*)?$/s, '$1$2'],
  [/^(.*): parameter not set$/s, '$1: unbound variable'],
  [/^(.*): parameter not set or null$/s, '$1: parameter null or not set'],
  [/^(.*): is read only$/s, '$1: readonly variable'],
  [/^divide by zero$/, 'division by 0'],
  [/^arithmetic syntax error$/, 'syntax error in expression'],
  [/^syntax error: bad substitution$/, 'bad substitution'],
  [/^syntax error: unexpected end of file.*$/, 'syntax error: unexpected end of file'],
  [/^syntax error: unexpected newline.*$/, "syntax error near unexpected token `newline'"],
  [/^syntax error: unexpected "(.*?)".*$/, "syntax error near unexpected token `$1'"],
  [/^syntax error: unterminated quoted string$/, 'unexpected EOF while looking for matching `"\''],
  [/^syntax error: (The embedded cluster .*)$/, '$1'],
  [/^Illegal number: (.*)$/, '$1: numeric argument required'],
];
