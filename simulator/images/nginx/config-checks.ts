import type { ListenAddress, ServerBlock } from './config';
import { ConfigError, type Directive } from './config-syntax';
import { builtInVariables } from './variables';

/** Families of variables, whose names go on as they like. */
const families = /^(http|sent_http|sent_trailer|upstream_http|upstream_cookie|arg|cookie)_\w+$/;
/** Directives whose arguments hold no variables, or regular expressions. */
const withoutVariables = new Set(['log_format', 'map', 'location', 'server_name', 'upstream', 'if']);

/** Every variable that is used must be one that nginx has or that the configuration sets. Throws ConfigError. */
export function checkVariables(http: readonly Directive[]): void {
  const own = new Set(variablesSet(http));
  const visit = (directives: readonly Directive[]) => {
    for (const directive of directives) {
      const { name, args, block = [] } = directive;
      const read = name === 'rewrite' ? args.slice(1) : name === 'set' ? args.slice(1) : args;
      if (name === 'map') checkText(args[0] ?? '', own);
      if (!withoutVariables.has(name) || name === 'log_format') for (const text of read) checkText(text, own);
      if (!['map', 'types', 'upstream'].includes(name)) visit(block);
    }
  };
  visit(http);
}

/** Names of headers that could not be sent. Throws ConfigError. */
export function checkHeaderNames(directives: readonly Directive[]): void {
  for (const { name, args, block = [], file, line } of directives) {
    if (
      (name === 'add_header' || name === 'proxy_set_header') &&
      !/^[\w!#$%&'*+.^`|~-]+$/.test(args[0] ?? '')
    )
      throw new ConfigError(
        `The embedded cluster does not simulate the header name "${args[0] ?? ''}"; use a kind cluster for that. It stands in ${file}:${line}`,
      );
    checkHeaderNames(block);
  }
}

function checkText(text: string, own: ReadonlySet<string>): void {
  for (const [, braced, plain] of text.matchAll(/\$(?:\{(\w+)\}|(\w+))/g)) {
    const name = braced ?? plain ?? '';
    if (/^\d$/.test(name) || own.has(name) || builtInVariables.has(name) || families.test(name)) continue;
    throw new ConfigError(`unknown "${name}" variable`);
  }
}

/** Names that `set`, `map` and groups of regular expressions give values to. */
function variablesSet(directives: readonly Directive[]): string[] {
  return directives.flatMap(({ name, args, block = [] }) => [
    ...(name === 'set' ? [(args[0] ?? '').slice(1)] : []),
    ...(name === 'map' ? [(args[1] ?? '').slice(1)] : []),
    ...args.flatMap((arg) => [...arg.matchAll(/\(\?P?<(\w+)>/g)].map(([, group = '']) => group)),
    ...variablesSet(block),
  ]);
}

/** What nginx warns of: names that two servers of one address have. */
export function warningsOf(servers: readonly ServerBlock[]): string[] {
  const seen = new Set<string>();
  const warnings: string[] = [];
  for (const { listens, names } of servers) {
    for (const listen of listens) {
      for (const name of names.length > 0 ? names : ['']) {
        const key = `${addressOf(listen)} ${name}`;
        if (seen.has(key))
          warnings.push(`conflicting server name "${name}" on ${addressOf(listen)}, ignored`);
        seen.add(key);
      }
    }
  }
  return warnings;
}

/** Throws ConfigError for two default servers of one address, and for an address that stands twice in one server. */
export function checkListens(servers: readonly ServerBlock[]): void {
  const defaults = new Set<string>();
  for (const { listens } of servers) {
    const own = new Set<string>();
    for (const listen of listens) {
      const address = addressOf(listen);
      if (own.has(address)) throw new ConfigError(`a duplicate listen ${address} ${listen.where}`);
      own.add(address);
      if (listen.isDefault && defaults.has(address))
        throw new ConfigError(`a duplicate default server for ${address} ${listen.where}`);
      if (listen.isDefault) defaults.add(address);
    }
  }
}

function addressOf({ host, port, ipv6 }: ListenAddress): string {
  return ipv6 ? `[::]:${port}` : `${host}:${port}`;
}
