import { type BoundedExpression, boundedExpression } from '../../shell/bounded-regexp';
import { ConfigError, type Directive } from './config-syntax';
import type { NginxRequest } from './request';
import { conditionWords } from './rewrite';

/** PCRE as far as JavaScript reads it, in bounded time. Throws ConfigError. */
export function compilePattern(pattern: string, ignoreCase: boolean, where: string): BoundedExpression {
  const flagged = pattern.startsWith('(?i)');
  const source = pattern.slice(flagged ? 4 : 0).replace(/\(\?P</g, '(?<');
  try {
    return boundedExpression(source, ignoreCase || flagged);
  } catch {
    throw new ConfigError(`pcre2_compile() failed: bad regular expression "${pattern}" ${where}`);
  }
}

/** The expressions of `rewrite`, `if`, `map` and `server_name`, compiled when the configuration is read. */
export class Expressions {
  private readonly compiled = new Map<string, BoundedExpression>();

  /** Throws ConfigError. */
  constructor(http: readonly Directive[]) {
    for (const directive of http) this.add(directive);
  }

  get(pattern: string, ignoreCase: boolean, where = ''): BoundedExpression {
    const key = `${ignoreCase ? '~*' : '~'}${pattern}`;
    const known = this.compiled.get(key) ?? compilePattern(pattern, ignoreCase, where);
    this.compiled.set(key, known);
    return known;
  }

  private add({ name, args, block = [], file, line }: Directive): void {
    const where = `in ${file}:${line}`;
    if (name === 'rewrite') this.get(args[0] ?? '', false, where);
    if (name === 'server_name')
      for (const arg of args) if (arg.startsWith('~')) this.get(arg.slice(1), true, where);
    const [, operator = '', pattern = ''] = name === 'if' ? conditionWords(args) : [];
    if (operator.includes('~')) this.get(pattern, operator.endsWith('*'), where);
    for (const each of block) {
      if (name !== 'map') this.add(each);
      else if (each.name.startsWith('~')) this.get(...mapPattern(each.name), `in ${each.file}:${each.line}`);
    }
  }
}

/** `~pattern`, or `~*pattern` for either case, as `map` has them. */
export function mapPattern(key: string): [pattern: string, ignoreCase: boolean] {
  return [key.replace(/^~\*?/, ''), key.startsWith('~*')];
}

/** Keeps the groups of a match for `$1` and `$name`. */
export function remember(request: NginxRequest, match: RegExpExecArray): void {
  request.captures = [...match];
  for (const [name, value] of Object.entries(match.groups ?? {})) request.variables.set(name, value ?? '');
}
