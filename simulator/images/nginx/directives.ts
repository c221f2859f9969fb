import { ConfigError, type Directive } from './config-syntax';

type Context =
  | 'main'
  | 'events'
  | 'http'
  | 'server'
  | 'location'
  | 'upstream'
  | 'if'
  | 'stream'
  | 'stream server'
  | 'other';

const hsl: Context[] = ['http', 'server', 'location'];
const hsli: Context[] = [...hsl, 'if'];

interface Rule {
  in: Context[];
  /** Fewest and most arguments. */
  args: [number, number];
  /** The context of its block. */
  block?: Context;
  /** It may stand in one block more than once. */
  repeats?: boolean;
}

const many = 64;

/** What is simulated. */
const known: Record<string, Rule> = {
  user: { in: ['main'], args: [1, 2] },
  worker_processes: { in: ['main'], args: [1, 1] },
  daemon: { in: ['main'], args: [1, 1] },
  pid: { in: ['main'], args: [1, 1] },
  events: { in: ['main'], args: [0, 0], block: 'events' },
  http: { in: ['main'], args: [0, 0], block: 'http' },
  server: { in: ['http'], args: [0, 0], block: 'server', repeats: true },
  location: { in: ['server', 'location'], args: [1, 2], block: 'location', repeats: true },
  upstream: { in: ['http'], args: [1, 1], block: 'upstream', repeats: true },
  if: { in: ['server', 'location'], args: [1, many], block: 'if', repeats: true },
  auth_basic: { in: [...hsl], args: [1, 1] },
  auth_basic_user_file: { in: [...hsl], args: [1, 1] },
  satisfy: { in: hsl, args: [1, 1] },
  set_real_ip_from: { in: hsl, args: [1, 1], repeats: true },
  real_ip_header: { in: hsl, args: [1, 1] },
  real_ip_recursive: { in: hsl, args: [1, 1] },
  charset: { in: hsli, args: [1, 1] },
  charset_types: { in: hsl, args: [1, many], repeats: true },
  etag: { in: hsl, args: [1, 1] },
  gzip: { in: hsli, args: [1, 1] },
  gzip_types: { in: hsl, args: [1, many], repeats: true },
  gzip_min_length: { in: hsl, args: [1, 1] },
  gzip_http_version: { in: hsl, args: [1, 1] },
  gzip_proxied: { in: hsl, args: [1, many] },
  gzip_vary: { in: hsl, args: [1, 1] },
  log_not_found: { in: hsl, args: [1, 1] },
  absolute_redirect: { in: hsl, args: [1, 1] },
  port_in_redirect: { in: hsl, args: [1, 1] },
  server_name_in_redirect: { in: hsl, args: [1, 1] },
  underscores_in_headers: { in: ['http', 'server'], args: [1, 1] },
  resolver: { in: [...hsl, 'stream', 'stream server'], args: [1, many] },
  proxy_http_version: { in: hsl, args: [1, 1] },
  proxy_redirect: { in: hsl, args: [1, 2], repeats: true },
  proxy_pass_header: { in: hsl, args: [1, 1], repeats: true },
  ssl_certificate: { in: ['http', 'server'], args: [1, 1], repeats: true },
  ssl_certificate_key: { in: ['http', 'server'], args: [1, 1], repeats: true },
  env: { in: ['main'], args: [1, 1], repeats: true },
  stream: { in: ['main'], args: [0, 0], block: 'stream' },
  map: { in: ['http'], args: [2, 2], block: 'other', repeats: true },
  types: { in: hsl, args: [0, 0], block: 'other', repeats: true },
  include: { in: ['main', 'events', ...hsl, 'upstream', 'other'], args: [1, 1], repeats: true },
  listen: { in: ['server'], args: [1, many], repeats: true },
  server_name: { in: ['server'], args: [1, many], repeats: true },
  root: { in: hsli, args: [1, 1] },
  alias: { in: ['location'], args: [1, 1] },
  index: { in: hsl, args: [1, many], repeats: true },
  autoindex: { in: hsl, args: [1, 1] },
  try_files: { in: ['server', 'location'], args: [2, many] },
  return: { in: ['server', 'location', 'if'], args: [1, 2], repeats: true },
  rewrite: { in: ['server', 'location', 'if'], args: [2, 3], repeats: true },
  set: { in: ['server', 'location', 'if'], args: [2, 2], repeats: true },
  break: { in: ['server', 'location', 'if'], args: [0, 0], repeats: true },
  proxy_pass: { in: ['location', 'if'], args: [1, 1] },
  proxy_set_header: { in: hsl, args: [2, 2], repeats: true },
  proxy_hide_header: { in: hsl, args: [1, 1], repeats: true },
  proxy_connect_timeout: { in: hsl, args: [1, 1] },
  proxy_read_timeout: { in: hsl, args: [1, 1] },
  proxy_next_upstream: { in: hsl, args: [1, many] },
  proxy_intercept_errors: { in: hsl, args: [1, 1] },
  add_header: { in: hsli, args: [2, 3], repeats: true },
  error_page: { in: hsli, args: [2, many], repeats: true },
  access_log: { in: hsli, args: [1, many], repeats: true },
  error_log: { in: ['main', ...hsl], args: [1, 2], repeats: true },
  log_format: { in: ['http'], args: [2, many], repeats: true },
  default_type: { in: hsl, args: [1, 1] },
  stub_status: { in: ['server', 'location'], args: [0, 1] },
  internal: { in: ['location'], args: [0, 0] },
  allow: { in: hsl, args: [1, 1], repeats: true },
  deny: { in: hsl, args: [1, 1], repeats: true },
  client_max_body_size: { in: hsl, args: [1, 1] },
  server_tokens: { in: hsl, args: [1, 1] },
  expires: { in: hsli, args: [1, 2] },
  least_conn: { in: ['upstream'], args: [0, 0] },
  ip_hash: { in: ['upstream'], args: [0, 0] },
  random: { in: ['upstream'], args: [0, 2] },
};

/** What is simulated of `stream`: connections passed on. */
const inStream: Record<string, Rule> = {
  server: { in: ['stream'], args: [0, 0], block: 'stream server', repeats: true },
  upstream: { in: ['stream'], args: [1, 1], block: 'upstream', repeats: true },
  include: { in: ['stream', 'stream server'], args: [1, 1], repeats: true },
  listen: { in: ['stream server'], args: [1, many], repeats: true },
  proxy_pass: { in: ['stream server'], args: [1, 1] },
  proxy_connect_timeout: { in: ['stream', 'stream server'], args: [1, 1] },
  proxy_timeout: { in: ['stream', 'stream server'], args: [1, 1] },
  error_log: { in: ['stream', 'stream server'], args: [1, 2], repeats: true },
  resolver: { in: ['stream', 'stream server'], args: [1, many] },
};

function notInStream(name: string, where: string): ConfigError {
  return new ConfigError(
    `The embedded cluster does not simulate "${name}" in nginx's stream; use a kind cluster for that. It stands ${where}`,
  );
}

/** Tunings that change nothing that could be seen here. */
const withoutEffect = new Set(
  'worker_connections multi_accept use accept_mutex worker_rlimit_nofile worker_shutdown_timeout master_process timer_resolution pcre_jit sendfile sendfile_max_chunk tcp_nopush tcp_nodelay keepalive_timeout keepalive_requests keepalive_time keepalive types_hash_max_size types_hash_bucket_size server_names_hash_bucket_size server_names_hash_max_size variables_hash_max_size variables_hash_bucket_size map_hash_bucket_size map_hash_max_size client_body_buffer_size client_body_timeout client_header_buffer_size client_header_timeout client_body_temp_path large_client_header_buffers send_timeout reset_timedout_connection gzip_comp_level gzip_buffers gzip_disable gzip_static open_file_cache open_file_cache_valid open_file_cache_min_uses open_file_cache_errors log_subrequest msie_padding output_buffers merge_slashes ignore_invalid_headers disable_symlinks directio aio if_modified_since lingering_close lingering_time lingering_timeout max_ranges postpone_output recursive_error_pages resolver_timeout proxy_buffering proxy_buffers proxy_buffer_size proxy_busy_buffers_size proxy_temp_path proxy_max_temp_file_size proxy_temp_file_write_size proxy_send_timeout proxy_request_buffering proxy_socket_keepalive proxy_ignore_headers proxy_ignore_client_abort proxy_next_upstream_timeout proxy_next_upstream_tries proxy_cache_bypass proxy_no_cache fastcgi_temp_path uwsgi_temp_path scgi_temp_path zone autoindex_exact_size autoindex_localtime ssl_protocols ssl_ciphers ssl_prefer_server_ciphers ssl_session_cache ssl_session_timeout ssl_session_tickets ssl_buffer_size ssl_ecdh_curve ssl_dhparam proxy_ssl_server_name proxy_ssl_session_reuse proxy_ssl_verify chunked_transfer_encoding connection_pool_size request_pool_size keepalive_disable rewrite_log uninitialized_variable_warn override_charset'.split(
    ' ',
  ),
);

/** First parts of directives that nginx has and this simulation lacks. */
const notSimulated =
  /^(ssl|auth|limit|proxy_cache|proxy_ssl|proxy_bind|proxy_cookie|proxy_method|proxy_pass_request|autoindex_format|source_charset|override_charset|fastcgi|uwsgi|scgi|grpc|memcached|perl|js|geo|split_clients|sub_filter|addition|add_before|add_after|secure_link|slice|mirror|mp4|flv|dav|image_filter|xslt|userid|valid_referers|mail|load_module|http2|http3|quic|ssi|empty_gif|random_index|gunzip|hash|sticky|api|status_zone|health_check|debug_|thread_pool|worker_|lock_file|ssl_engine|google_perftools)/;

/** Checks names, places and numbers of arguments. Throws ConfigError in nginx's words. */
export function checkDirectives(directives: readonly Directive[], context: Context = 'main'): void {
  if (context === 'other') return;
  const seen = new Set<string>();
  for (const directive of directives) {
    const { name, args, block } = directive;
    const where = `in ${directive.file}:${directive.line}`;
    if (context === 'upstream' && name === 'server') {
      if (args.length === 0)
        throw new ConfigError(`invalid number of arguments in "server" directive ${where}`);
      continue;
    }
    const ofStream: boolean = context.startsWith('stream');
    const rule: Rule | undefined = (ofStream ? inStream[name] : undefined) ?? known[name];
    if (ofStream && !inStream[name] && !withoutEffect.has(name) && rule) throw notInStream(name, where);
    if (rule && !rule.repeats && seen.has(name))
      throw new ConfigError(`"${name}" directive is duplicate ${where}`);
    seen.add(name);
    if (!rule) {
      if (withoutEffect.has(name)) continue;
      if (notSimulated.test(name))
        throw new ConfigError(
          `The embedded cluster does not simulate nginx's directive "${name}"; use a kind cluster for that. It stands ${where}`,
        );
      throw new ConfigError(`unknown directive "${name}" ${where}`);
    }
    if (!rule.in.includes(context)) throw new ConfigError(`"${name}" directive is not allowed here ${where}`);
    if (rule.block && !block) throw new ConfigError(`directive "${name}" has no opening "{" ${where}`);
    if (!rule.block && block) throw new ConfigError(`directive "${name}" is not terminated by ";" ${where}`);
    if (args.length < rule.args[0] || args.length > rule.args[1])
      throw new ConfigError(`invalid number of arguments in "${name}" directive ${where}`);
    if (rule.block && block) checkDirectives(block, rule.block);
  }
}
