/** Syntax tree of awk (POSIX awk). */
export type Node =
  | { t: 'num'; value: number }
  | { t: 'str'; value: string }
  | { t: 'regex'; source: string }
  | { t: 'var'; name: string }
  | { t: 'field'; index: Node }
  | { t: 'index'; name: string; keys: Node[] }
  | { t: 'unary'; op: string; arg: Node }
  | { t: 'binary'; op: string; left: Node; right: Node }
  | { t: 'cond'; test: Node; yes: Node; no: Node }
  | { t: 'assign'; op: string; target: Node; value: Node }
  | { t: 'step'; delta: number; prefix: boolean; target: Node }
  | { t: 'in'; keys: Node[]; name: string }
  | { t: 'match'; negated: boolean; text: Node; regex: Node }
  | { t: 'call'; name: string; args: Node[] }
  | { t: 'group'; items: Node[] }
  | { t: 'getline'; target?: Node; file?: Node; command?: Node };

export type Statement =
  | { t: 'expr'; value: Node }
  | { t: 'print'; format: boolean; args: Node[]; redirect?: { op: string; target: Node } }
  | { t: 'block'; body: Statement[] }
  | { t: 'if'; test: Node; yes: Statement; no?: Statement }
  | { t: 'while'; test: Node; body: Statement; after: boolean }
  | { t: 'for'; init?: Statement; test?: Node; step?: Statement; body: Statement }
  | { t: 'forin'; name: string; array: string; body: Statement }
  | { t: 'delete'; name: string; keys?: Node[] }
  | { t: 'jump'; kind: 'next' | 'break' | 'continue' | 'nextfile' }
  | { t: 'exit' | 'return'; value?: Node };

export interface Rule {
  kind: 'begin' | 'end' | 'main';
  pattern?: Node;
  until?: Node;
  body?: Statement;
}

export interface AwkProgram {
  rules: Rule[];
  functions: Map<string, { parameters: string[]; body: Statement }>;
}
