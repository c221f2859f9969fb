import { decode } from '../../files/byte-string';
import type { FileView } from '../../files/file-view';

/** Parameters with the values that a new server has: what SHOW tells. Those marked here alone have an effect. */
const parameters: Record<string, string> = {
  listen_addresses: '*',
  port: '5432',
  max_connections: '100',
  shared_buffers: '128MB',
  work_mem: '4MB',
  maintenance_work_mem: '64MB',
  effective_cache_size: '4GB',
  wal_level: 'replica',
  fsync: 'on',
  synchronous_commit: 'on',
  max_wal_size: '1GB',
  min_wal_size: '80MB',
  checkpoint_timeout: '5min',
  log_statement: 'none',
  log_min_duration_statement: '-1',
  log_connections: 'off',
  log_destination: 'stderr',
  logging_collector: 'off',
  log_timezone: 'Etc/UTC',
  timezone: 'Etc/UTC',
  datestyle: 'ISO, MDY',
  client_encoding: 'UTF8',
  server_encoding: 'UTF8',
  integer_datetimes: 'on',
  standard_conforming_strings: 'on',
  search_path: '"$user", public',
  transaction_isolation: 'read committed',
  password_encryption: 'scram-sha-256',
  statement_timeout: '0',
  autovacuum: 'on',
  dynamic_shared_memory_type: 'posix',
  lc_messages: 'en_US.utf8',
  lc_monetary: 'en_US.utf8',
  lc_numeric: 'en_US.utf8',
  lc_time: 'en_US.utf8',
  default_text_search_config: 'pg_catalog.english',
};

export function defaultSettings(release: string): Map<string, string> {
  return new Map([...Object.entries(parameters), ['server_version', release]]);
}

/** Reads postgresql.conf and then `-c name=value` and its other spellings; a text names what is wrong. */
export function readSettings(
  files: FileView,
  folder: string,
  release: string,
  args: readonly string[],
): Map<string, string> | string {
  const settings = defaultSettings(release);
  const given: [string, string][] = [];
  const path = `${folder}/postgresql.conf`;
  for (const line of files.exists(path) ? decode(files.readFile(path)).split('\n') : []) {
    const match = /^\s*(\w+)\s*=?\s*('(?:[^']|'')*'|[^\s#]+)/.exec(line);
    if (match) given.push([match[1] ?? '', (match[2] ?? '').replace(/^'|'$/g, '').replaceAll("''", "'")]);
  }
  for (let at = 0; at < args.length; at++) {
    const arg = args[at] ?? '';
    const value = () => args[++at] ?? '';
    if (arg === '-c') given.push(assignment(value()));
    else if (/^-c./.test(arg)) given.push(assignment(arg.slice(2)));
    else if (arg.startsWith('--')) given.push(assignment(arg.slice(2)));
    else if (arg === '-p') given.push(['port', value()]);
    else if (arg === '-N') given.push(['max_connections', value()]);
    else if (arg === '-B') given.push(['shared_buffers', value()]);
    else if (arg === '-h') given.push(['listen_addresses', value()]);
    else if (arg === '-D') value();
    else return `The embedded cluster does not simulate "postgres ${arg}"; use a kind cluster for that.`;
  }
  for (const [written, value] of given) {
    const name = written.toLowerCase().replaceAll('-', '_');
    if (name === 'config_file' || name === 'hba_file' || name === 'ssl')
      return `The embedded cluster does not simulate PostgreSQL's parameter "${name}"; use a kind cluster for that.`;
    if (!settings.has(name)) return `unrecognized configuration parameter "${name}"`;
    settings.set(name, value);
  }
  return settings;
}

function assignment(text: string): [string, string] {
  const equals = text.indexOf('=');
  return equals < 0 ? [text, ''] : [text.slice(0, equals), text.slice(equals + 1)];
}
