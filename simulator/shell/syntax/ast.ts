/** The syntax tree of the shell language (POSIX, Shell Command Language, with BusyBox ash's additions). */
export type Command =
  | SimpleCommand
  | { type: 'pipeline'; commands: Command[]; negated: boolean }
  | { type: 'and-or'; left: Command; operator: '&&' | '||'; right: Command }
  | { type: 'list'; items: { command: Command; background: boolean }[] }
  | { type: 'subshell'; body: Command; redirects: Redirect[] }
  | { type: 'group'; body: Command; redirects: Redirect[] }
  | {
      type: 'if';
      clauses: { condition: Command; body: Command }[];
      otherwise?: Command;
      redirects: Redirect[];
    }
  | { type: 'loop'; until: boolean; condition: Command; body: Command; redirects: Redirect[] }
  | { type: 'for'; name: string; words?: Word[]; body: Command; redirects: Redirect[] }
  | { type: 'case'; word: Word; items: CaseItem[]; redirects: Redirect[] }
  /** bash: `((…))` */
  | { type: 'arithmetic'; expression: Word; redirects: Redirect[] }
  /** bash: `for ((…; …; …))` */
  | { type: 'counting'; header: [Word, Word, Word]; body: Command; redirects: Redirect[] }
  /** bash: `select name in …; do …; done` */
  | { type: 'select'; name: string; words?: Word[]; body: Command; redirects: Redirect[] }
  /** bash: `time PIPELINE` */
  | { type: 'timed'; command: Command; portable: boolean }
  /** bash: `[[ … ]]` */
  | { type: 'conditional'; test: Condition; redirects: Redirect[] }
  | { type: 'function'; name: string; body: Command };

export interface SimpleCommand {
  type: 'simple';
  assignments: Assignment[];
  words: Word[];
  redirects: Redirect[];
  line: number;
  /** bash: arrays in the arguments of a declaration, such as `declare -a x=(1 2)`. */
  declared?: Assignment[] | undefined;
}

export interface CaseItem {
  patterns: Word[];
  body?: Command;
  /** `;&`: the next item's body runs as well. */
  fallThrough: boolean;
  /** bash: `;;&`: the next items are tried as well. */
  goesOn: boolean;
}

export interface Assignment {
  name: string;
  value: Word;
  /** bash: `name+=value` */
  append?: boolean;
  /** bash: `name[subscript]=value` */
  subscript?: Word;
  /** bash: `name=(…)` */
  elements?: { subscript?: Word; value: Word }[];
}

/** What stands between `[[` and `]]`. */
export type Condition =
  | { type: 'and' | 'or'; left: Condition; right: Condition }
  | { type: 'not'; of: Condition }
  | { type: 'unary'; operator: string; operand: Word }
  | { type: 'binary'; operator: string; left: Word; right: Word };

export interface Redirect {
  operator: '<' | '>' | '>>' | '<>' | '>|' | '<&' | '>&' | '<<' | '<<-' | '&>' | '&>>' | '<<<';
  fd: number;
  /** bash: `{name}>file`: the variable that gets the descriptor. */
  variable?: string;
  /** File name or descriptor; the text of a here-document. */
  target: Word;
}

export interface Word {
  parts: Part[];
  /** Its text when it is one plain literal without anything to expand. */
  literal?: string;
}

export type Part =
  | { type: 'text'; text: string; quoted: boolean }
  | {
      type: 'parameter';
      name: string;
      operator?: ParameterOperator;
      colon: boolean;
      word?: Word;
      replacement?: Word;
      /** bash: `${name[subscript]}`; `@` and `*` mean all elements. */
      subscript?: Word | '@' | '*';
      /** bash: `${!name}` */
      indirect?: boolean;
      quoted: boolean;
    }
  | { type: 'command'; body: Command | undefined; quoted: boolean }
  /** `<(…)` and `>(…)`: the path of a pipe from or to the command. */
  | { type: 'process'; direction: '<' | '>'; body: Command | undefined; quoted: true }
  | { type: 'arithmetic'; expression: Word; quoted: boolean }
  /** `~` or `~name` at the beginning of a word or an assigned value. */
  | { type: 'tilde'; user: string };

export type ParameterOperator =
  | '-'
  | '='
  | '?'
  | '+'
  | '#'
  | '##'
  | '%'
  | '%%'
  | 'length'
  | 'substring'
  | '/'
  | '//'
  | '^'
  | '^^'
  | ','
  | ',,'
  /** bash: `${name@Q}`; the word is the letter. */
  | '@'
  /** bash: `${!prefix@}` */
  | 'names'
  | 'bad';
