import { ConfigurationError } from './config';
import { compileExpression, type Parser } from './parsers';
import { type Plugin, property, yes } from './plugin';
import { type LogRecord, plainText, valueAt } from './record';

/** What a filter makes of a record; undefined: it is dropped. */
export type Filter = (record: LogRecord) => LogRecord | undefined;

export const filterPlugins: Record<
  string,
  { allowed: string[]; make(plugin: Plugin, parsers: ReadonlyMap<string, Parser>): Filter }
> = {
  grep: { allowed: ['regex', 'exclude'], make: grep },
  record_modifier: {
    allowed: ['record', 'remove_key', 'allowlist_key', 'whitelist_key'],
    make: recordModifier,
  },
  modify: {
    allowed: 'set add remove remove_wildcard remove_regex rename hard_rename copy hard_copy'.split(' '),
    make: modify,
  },
  parser: { allowed: ['key_name', 'parser', 'reserve_data', 'preserve_key'], make: parse },
};

function grep(plugin: Plugin): Filter {
  const rules = plugin.properties
    .filter(([name]) => name === 'regex' || name === 'exclude')
    .map(([name, value]) => {
      const [, key = '', expression = ''] = /^(\S+)\s+(.*)$/s.exec(value) ?? [];
      return { exclude: name === 'exclude', key, expression: compileExpression(expression) };
    });
  return (record) => {
    for (const { exclude, key, expression } of rules) {
      const value = valueAt(record.body, key);
      const fits = value !== undefined && expression.test(plainText(value));
      if (fits === exclude) return undefined;
    }
    return record;
  };
}

function recordModifier(plugin: Plugin): Filter {
  const allowed = plugin.properties.filter(([name]) => /list_key$/.test(name)).map(([, value]) => value);
  const removed = new Set(
    plugin.properties.filter(([name]) => name === 'remove_key').map(([, value]) => value),
  );
  const added = plugin.properties
    .filter(([name]) => name === 'record')
    .map(([, value]) => /^(\S+)\s+(.*)$/s.exec(value)?.slice(1) as [string, string] | undefined)
    .filter((pair) => pair !== undefined);
  return (record) => {
    const kept = Object.entries(record.body).filter(
      ([key]) => !removed.has(key) && (allowed.length === 0 || allowed.includes(key)),
    );
    return { ...record, body: { ...Object.fromEntries(kept), ...Object.fromEntries(added) } };
  };
}

function modify(plugin: Plugin): Filter {
  const order = /^(set|add|remove|remove_wildcard|remove_regex|rename|hard_rename|copy|hard_copy)$/;
  const rules = plugin.properties
    .filter(([name]) => order.test(name))
    .map(([name, value]) => {
      const [key = '', ...rest] = value.split(/\s+/);
      // A mistake in an expression is found at the start.
      const expression = name === 'remove_regex' ? compileExpression(key) : undefined;
      return { name, key, to: rest.join(' ').replace(/^"(.*)"$/, '$1'), expression };
    });
  return (record) => {
    let entries = Object.entries(record.body);
    const has = (key: string) => entries.some(([each]) => each === key);
    const without = (key: string) => entries.filter(([each]) => each !== key);
    for (const { name, key, to, expression } of rules) {
      const value = entries.find(([each]) => each === key)?.[1];
      if (name === 'set')
        entries = has(key)
          ? entries.map(([each, old]) => [each, each === key ? to : old])
          : [...entries, [key, to]];
      else if (name === 'add') entries = has(key) ? entries : [...entries, [key, to]];
      else if (name === 'remove') entries = without(key);
      else if (name === 'remove_wildcard')
        entries = entries.filter(([each]) => !each.startsWith(key.replace(/\*$/, '')));
      else if (name === 'remove_regex') entries = entries.filter(([each]) => !expression?.test(each));
      else if (!has(key) || (has(to) && !name.startsWith('hard'))) continue;
      else {
        entries = without(to);
        entries = name.endsWith('copy')
          ? [...entries, [to, value]]
          : entries.map(([each, old]) => (each === key ? [to, old] : [each, old]));
      }
    }
    return { ...record, body: Object.fromEntries(entries) };
  };
}

function parse(plugin: Plugin, parsers: ReadonlyMap<string, Parser>): Filter {
  const key = property(plugin, 'key_name') ?? '';
  const names = plugin.properties.filter(([name]) => name === 'parser').map(([, value]) => value);
  const missing = names.find((name) => !parsers.has(name));
  if (missing !== undefined)
    throw new ConfigurationError(`[filter:parser:${plugin.id}] requested parser '${missing}' not found`);
  const reserve = yes(property(plugin, 'reserve_data'));
  const preserve = yes(property(plugin, 'preserve_key'));
  return (record) => {
    const text = valueAt(record.body, key);
    if (text === undefined) return record;
    for (const name of names) {
      const parsed = parsers.get(name)?.(plainText(text));
      if (!parsed) continue;
      const rest = Object.fromEntries(
        Object.entries(record.body).filter(([each]) => (each === key ? preserve : reserve)),
      );
      return { ...record, timeMs: parsed.timeMs ?? record.timeMs, body: { ...parsed.body, ...rest } };
    }
    return record;
  };
}
