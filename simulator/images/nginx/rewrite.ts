import type { Directive } from './config-syntax';
import { remember } from './expressions';
import type { NginxRequest } from './request';
import { expand, variable } from './variables';

export type RewriteOutcome =
  | { kind: 'go-on'; pass?: Directive }
  /** The URI changed: look for its location again. */
  | { kind: 'again' }
  | { kind: 'return'; code: number; text?: string | undefined };

/** ngx_http_rewrite_module: set, if, rewrite, return, break, in the order in which they stand. */
export function runRewrites(request: NginxRequest, directives: readonly Directive[]): RewriteOutcome {
  let changed = false;
  for (const directive of directives) {
    const { name, args, block = [] } = directive;
    if (name === 'break') break;
    if (name === 'set') request.variables.set((args[0] ?? '').slice(1), expand(args[1] ?? '', request));
    if (name === 'return') return returned(request, args);
    if (name === 'if' && holds(request, args)) {
      const inner = runRewrites(request, block);
      if (inner.kind !== 'go-on') return inner;
      const pass = block.find((each) => each.name === 'proxy_pass');
      if (pass) return { kind: 'go-on', pass };
    }
    if (name !== 'rewrite') continue;
    const done = rewrite(request, args);
    if (done === undefined) continue;
    if (typeof done === 'object') return done;
    changed = done !== 'break';
    if (done !== 'on') break;
  }
  return changed ? { kind: 'again' } : { kind: 'go-on' };
}

function returned(request: NginxRequest, args: readonly string[]): RewriteOutcome {
  const [first = '', second] = args;
  if (!/^\d{3}$/.test(first)) return { kind: 'return', code: 302, text: expand(first, request) };
  return {
    kind: 'return',
    code: Number(first),
    text: second === undefined ? undefined : expand(second, request),
  };
}

function rewrite(
  request: NginxRequest,
  [pattern = '', replacement = '', flag]: readonly string[],
): RewriteOutcome | 'on' | 'last' | 'break' | undefined {
  const match = request.config.expressions.get(pattern, false).exec(request.uri);
  if (!match) return undefined;
  remember(request, match);
  const target = expand(replacement, request);
  const outside = /^https?:\/\//.test(target);
  const [path = '', query] = target.split('?');
  if (outside || flag === 'redirect' || flag === 'permanent') {
    const kept =
      request.args !== '' && !target.endsWith('?') ? `${query === undefined ? '?' : '&'}${request.args}` : '';
    return { kind: 'return', code: flag === 'permanent' ? 301 : 302, text: target.replace(/\?$/, '') + kept };
  }
  request.uri = path;
  if (query !== undefined && query !== '')
    request.args = request.args === '' ? query : `${query}&${request.args}`;
  if (query === '') request.args = '';
  return flag === 'last' || flag === 'break' ? flag : 'on';
}

/** What stands between the parentheses of `if`. */
export function conditionWords(args: readonly string[]): string[] {
  const words = [...args];
  words[0] = (words[0] ?? '').replace(/^\(/, '');
  words[words.length - 1] = (words.at(-1) ?? '').replace(/\)$/, '');
  return words.filter((word) => word !== '');
}

/** `if ($request_method = POST)`, `~`, `!~`, `-f`, or a variable alone. */
function holds(request: NginxRequest, args: readonly string[]): boolean {
  const [left = '', operator, right = ''] = conditionWords(args);
  const value = left.startsWith('$') ? (variable(left.slice(1).replace(/[{}]/g, ''), request) ?? '') : left;
  if (operator === undefined) return value !== '' && value !== '0';
  if (operator === '=') return value === right;
  if (operator === '!=') return value !== right;
  const match = request.config.expressions.get(right, operator.endsWith('*')).exec(value);
  if (match && !operator.startsWith('!')) remember(request, match);
  return operator.startsWith('!') ? match === null : match !== null;
}
