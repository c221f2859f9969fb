import { ConfigurationError } from './config';

/** A configured plugin: `dummy.0` with its properties in order. */
export interface Plugin {
  kind: 'input' | 'filter' | 'output';
  name: string;
  /** Name and number: `tail.0`. */
  id: string;
  properties: [name: string, value: string][];
}

/** The last value of a property. */
export function property({ properties }: Plugin, name: string): string | undefined {
  return properties.filter(([each]) => each === name).at(-1)?.[1];
}

export function yes(value: string | undefined): boolean {
  return /^(on|true|yes|1)$/i.test(value ?? '');
}

/** A property that is a number. Throws ConfigurationError. */
export function numberOf(plugin: Plugin, name: string, otherwise: number): number {
  const text = property(plugin, name);
  if (text === undefined) return otherwise;
  if (!/^\d+(\.\d+)?$/.test(text))
    throw new ConfigurationError(
      `[${plugin.kind}:${plugin.name}:${plugin.id}] invalid value for '${name}': ${text}`,
    );
  return Number(text);
}

/** A property that is a number of bytes: `32k`, `5MB`. Throws ConfigurationError. */
export function sizeOf(plugin: Plugin, name: string, otherwise: number): number {
  const [, digits, unit = ''] = /^(\d+(?:\.\d+)?)\s*([kmg]?)b?$/i.exec(property(plugin, name) ?? '') ?? [];
  if (digits === undefined) return numberOf(plugin, name, otherwise);
  return Number(digits) * ({ k: 1_000, m: 1e6, g: 1e9 }[unit.toLowerCase()] ?? 1);
}

/** Documented properties that are not simulated, by kind and name of the plugin. */
const notSimulated: Record<string, RegExp> = {
  'input dummy': /^(metadata|fixed_timestamp|start_time_n?sec|flush_on_startup)$/,
  'input tail':
    /^(tag_regex|ignore_older|multiline(_flush|\.parser)?|parser_(firstline|\d+)|docker_mode(_flush|_parser)?|exit_on_eof|(unicode|generic)\.encoding|progress_check_interval(_nsec)?|watcher_interval|(static|event)_batch_size|truncate_long_lines|ignore_active_older_files|file_cache_advise|db\.(journal_mode|compare_filename))$/,
  'filter parser': /^(unescape_key|hash_value_field|nest_under)$/,
  'filter record_modifier': /^uuid_key$/,
  'filter grep': /^logical_op$/,
  'filter modify': /^(condition|move_to_(start|end))$/,
  'output file': /^csv_column_names$/,
  'output http':
    /^(host|port|tls(\..+)?|net\..+|proxy|http_(user|passwd)|http2|compress|allow_duplicated_headers|header(_tag|s_key)?|body_key|gelf_\w+_key|log_response_payload|response_timeout|aws_\w+|oauth2\.\w+|uri|format|json_date_(key|format))$/,
};

/** Whether Fluent Bit knows the property, although it has no effect here. */
export function isKnownProperty({ kind, name }: Plugin, property: string): boolean {
  return notSimulated[`${kind} ${name}`]?.test(property) ?? false;
}
