import type { Command, Part, Redirect, Word } from './ast';

/** A command as `jobs` shows it. */
export function commandText(command: Command): string {
  switch (command.type) {
    case 'simple':
      return [
        ...command.assignments.map(({ name, value }) => `${name}=${wordText(value)}`),
        ...command.words.map(wordText),
        ...command.redirects.map(redirectText),
      ].join(' ');
    case 'pipeline':
      return `${command.negated ? '! ' : ''}${command.commands.map(commandText).join(' | ')}`;
    case 'and-or':
      return `${commandText(command.left)} ${command.operator} ${commandText(command.right)}`;
    case 'list':
      return command.items
        .map(({ command: item, background }) => commandText(item) + (background ? ' &' : ''))
        .join('; ');
    case 'subshell':
      return `(${commandText(command.body)})`;
    case 'group':
      return `{ ${commandText(command.body)}; }`;
    case 'if':
      return `if ${command.clauses.map((clause) => `${commandText(clause.condition)}; then ${commandText(clause.body)}; `).join('elif ')}fi`;
    case 'loop':
      return `${command.until ? 'until' : 'while'} ${commandText(command.condition)}; do ${commandText(command.body)}; done`;
    case 'for':
    case 'select':
      return `${command.type} ${command.name} in ${(command.words ?? []).map(wordText).join(' ')}; do ${commandText(command.body)}; done`;
    case 'case':
      return `case ${wordText(command.word)} in ${command.items.map((item) => `${item.patterns.map(wordText).join('|')}) ${item.body ? commandText(item.body) : ''};; `).join('')}esac`;
    case 'arithmetic':
      return `((${wordText(command.expression)}))`;
    case 'counting':
      return `for ((${command.header.map(wordText).join('; ')})); do ${commandText(command.body)}; done`;
    case 'timed':
      return `time ${commandText(command.command)}`;
    case 'conditional':
      return '[[ ... ]]';
    case 'function':
      return `${command.name}() { ... }`;
  }
}

function redirectText({ operator, fd, target }: Redirect): string {
  const usual = operator.startsWith('<') ? 0 : 1;
  return `${fd === usual ? '' : fd}${operator}${operator.startsWith('<<') ? '...' : wordText(target)}`;
}

function wordText(word: Word): string {
  return word.parts.map(partText).join('');
}

function partText(part: Part): string {
  switch (part.type) {
    case 'text':
      return part.quoted && /[\s;&|<>()$`"\\*?]|^$/.test(part.text) ? `"${part.text}"` : part.text;
    case 'tilde':
      return `~${part.user}`;
    case 'command':
      return '$(...)';
    case 'process':
      return `${part.direction}(...)`;
    case 'arithmetic':
      return `$((${wordText(part.expression)}))`;
    case 'parameter':
      return `\${${part.name}}`;
  }
}
