import { type BoundedExpression, boundedExpression } from '../../../shell/bounded-regexp';
import type { Result } from './modify';
import type { SessionHost } from './session';
import { notSimulated, SqlError } from './sql-error';

/** Statements about databases, roles and settings, which the parser does not know. */
export interface Administrator {
  host: SessionHost;
  user: string;
  /** Throws SqlError within a transaction. */
  outside(tag: string): void;
  finish(keep: boolean): Result;
}

/** Statements about roles and databases are short; longer ones are not worth the expressions below. */
const longest = 2_000;

const identifier = '("[^"]+"|[a-z_][\\w$]*)';
const roleOptions =
  "(?:with|(?:no)?(?:login|superuser|createdb|createrole|inherit|replication|bypassrls)|(?:encrypted\\s+)?password\\s+'(?:[^']|'')*')";

const attributeNames: Record<string, string> = {
  superuser: 'Superuser',
  createrole: 'Create role',
  createdb: 'Create DB',
  replication: 'Replication',
  bypassrls: 'Bypass RLS',
};

/** Parameters of a session that change nothing that is simulated. */
const harmless =
  /^(application_name|bytea_output|check_function_bodies|client_encoding|client_min_messages|default_table_access_method|default_tablespace|extra_float_digits|idle_in_transaction_session_timeout|intervalstyle|lock_timeout|log_statement|maintenance_work_mem|row_security|search_path|standard_conforming_strings|statement_timeout|synchronous_commit|timezone|transaction_timeout|work_mem|xmloption)$/;

/** How a statement of this kind is carried out; undefined for other statements. Throws SqlError for what is not simulated. */
export function administrative(text: string, by: Administrator): { run(): Result } | undefined {
  const { host } = by;
  const match = (pattern: string) => (text.length > longest ? null : whole(pattern).exec(text));
  const alone = (tag: string, run: () => void) => ({
    run: () => {
      by.outside(tag);
      run();
      return { tag };
    },
  });
  const created = match(
    `create\\s+database\\s+${identifier}(?:\\s+(?:with\\s+)?owner\\s*=?\\s*${identifier})?(?:\\s+(?:with\\s+)?encoding\\s*=?\\s*'utf-?8')?`,
  );
  if (created)
    return alone('CREATE DATABASE', () =>
      host.createDatabase(plain(created[1]), plain(created[2] ?? by.user)),
    );
  const dropped = match(`drop\\s+database\\s+(if\\s+exists\\s+)?${identifier}`);
  if (dropped) {
    const name = plain(dropped[2]);
    if (dropped[1] && !host.facts().databases[name])
      return noticed('DROP DATABASE', `database "${name}" does not exist, skipping`);
    return alone('DROP DATABASE', () => host.dropDatabase(name));
  }
  const role = match(`(create|alter)\\s+(user|role)\\s+${identifier}((?:\\s+${roleOptions})*)`);
  if (role) return roleStatement(role, host);
  const goes = match(`drop\\s+(?:user|role)\\s+(if\\s+exists\\s+)?${identifier}`);
  if (goes) {
    const name = plain(goes[2]);
    if (goes[1] && !knows(host, name)) return noticed('DROP ROLE', `role "${name}" does not exist, skipping`);
    return {
      run: () => {
        if (name === by.user) throw new SqlError('55006', 'current user cannot be dropped');
        host.dropRole(name);
        return { tag: 'DROP ROLE' };
      },
    };
  }
  const granted = match(
    `grant\\s+[\\w\\s,]+?(?:\\s+on\\s+([\\w\\s,".*]+?))?\\s+to\\s+([\\w\\s,"]+?)(?:\\s+with\\s+grant\\s+option)?`,
  );
  if (granted) return { run: () => grant(host, granted[1] ?? '', granted[2] ?? '') };
  const set = match(
    `set\\s+(?:session\\s+|local\\s+)?(?:(time\\s+zone)\\s+|([a-z_.]+)\\s*(?:=|\\s+to\\s)\\s*)([^;]+)`,
  );
  if (set) return { run: () => setting(host, set[1] ? 'timezone' : (set[2] ?? ''), set[3] ?? '') };
  const silent = match('(analyze|vacuum|checkpoint)');
  if (silent) return { run: () => ({ tag: text.trim().toUpperCase() }) };
  if (match('(end|abort)(\\s+(transaction|work))?')) return { run: () => by.finish(/^\s*end/i.test(text)) };
  const unknown =
    /^\s*(explain|copy|grant|revoke|listen|notify|lock|savepoint|release|prepare|execute|declare|fetch|cluster|reindex|merge|call|do|discard|reset|create\s+(?:view|materialized|function|procedure|trigger|extension|schema|type|domain|sequence|rule|policy)|alter\s+(?:role|user|system|database|sequence|default))\b/i.exec(
      text,
    )?.[1];
  if (unknown !== undefined) throw notSimulated(unknown.toUpperCase().replace(/\s+/g, ' '));
  return undefined;
}

/** The statements above, in bounded time however their words stand. */
const expressions = new Map<string, BoundedExpression>();

function whole(pattern: string): BoundedExpression {
  const known = expressions.get(pattern) ?? boundedExpression(`^\\s*${pattern}\\s*$`, true);
  expressions.set(pattern, known);
  return known;
}

function plain(word = ''): string {
  return word.startsWith('"') ? word.slice(1, -1) : word.toLowerCase();
}

function noticed(tag: string, notice: string): { run(): Result } {
  return { run: () => ({ tag, notice }) };
}

function knows(host: SessionHost, name: string): boolean {
  return host.facts().roles.some((role) => role.name === name);
}

function roleStatement(
  [, verb = '', kind = '', name, options = '']: string[],
  host: SessionHost,
): { run(): Result } {
  const password = /password\s+'((?:[^']|'')*)'/i.exec(options)?.[1]?.replaceAll("''", "'");
  const words = options
    .replace(/password\s+'(?:[^']|'')*'/i, '')
    .toLowerCase()
    .split(/\s+/);
  const creates = verb.toLowerCase() === 'create';
  const attributes = Object.keys(attributeNames).flatMap((word) =>
    words.includes(word) ? [attributeNames[word] ?? ''] : [],
  );
  const logsIn = words.includes('login') || (kind.toLowerCase() === 'user' && !words.includes('nologin'));
  if (creates && !logsIn) attributes.push('Cannot login');
  const named = words.some((word) => word !== '' && !/^(with|encrypted|(no)?inherit)$/.test(word));
  const given = password === undefined ? {} : { password };
  if (creates)
    return {
      run: () => {
        host.createRole(plain(name), { ...given, attributes });
        return { tag: 'CREATE ROLE' };
      },
    };
  if (named) throw notSimulated('ALTER ROLE other than its password');
  return {
    run: () => {
      host.changeRole(plain(name), given);
      return { tag: 'ALTER ROLE' };
    },
  };
}

/** Every role may do everything: what is granted is true, and that more is allowed is said. */
function grant(host: SessionHost, on: string, to: string): Result {
  const database = /^database\s+(.*)$/is.exec(on.trim())?.[1];
  for (const name of database?.split(',') ?? [])
    if (!Object.hasOwn(host.facts().databases, plain(name.trim())))
      throw new SqlError('3D000', `database "${plain(name.trim())}" does not exist`);
  for (const name of to.split(','))
    if (!knows(host, plain(name.trim())) && plain(name.trim()) !== 'public')
      throw new SqlError('42704', `role "${plain(name.trim())}" does not exist`);
  return {
    tag: on === '' ? 'GRANT ROLE' : 'GRANT',
    notice: 'The embedded cluster does not simulate the rights of roles: every role may do everything.',
  };
}

/** Throws SqlError for an unknown parameter, and for a value that would change what is not simulated. */
function setting(host: SessionHost, written: string, value: string): Result {
  const name = written.toLowerCase();
  const wanted = value.trim().replace(/^'(.*)'$/s, '$1');
  if (!harmless.test(name)) {
    if (host.setting(name) === undefined)
      throw new SqlError('42704', `unrecognized configuration parameter "${name}"`);
    throw notSimulated(`SET ${name}`);
  }
  const only: Record<string, RegExp> = {
    timezone: /^(utc|etc\/utc|gmt|default)$/i,
    search_path: /^("\$user",\s*)?(public|pg_catalog|default|)(,\s*(public|pg_catalog))*$/i,
    client_encoding: /^(utf-?8|unicode|default)$/i,
    standard_conforming_strings: /^(on|true|1|default)$/i,
    intervalstyle: /^(postgres|default)$/i,
  };
  if (only[name] && !only[name].test(wanted)) throw notSimulated(`SET ${name} = ${wanted}`);
  return { tag: 'SET' };
}
