import { decode } from '../../files/byte-string';
import { FileError } from '../../files/file-system';
import type { FileView } from '../../files/file-view';
import { inCidr } from '../../network/address-pool';
import { headerValue } from '../http/header-value';
import { all, type Scope, setting } from './config';
import { verifyPassword } from './htpasswd';
import type { NginxLogs } from './nginx-log';
import type { NginxRequest } from './request';
import { expand } from './variables';

/** The access phase: allow and deny, auth_basic, satisfy. A status when the request ends here. */
export function refusedAccess(
  request: NginxRequest,
  { logs, files }: { logs: NginxLogs; files: FileView },
): number | undefined {
  const scope = request.location?.scope ?? request.server.scope;
  const realm = expand(setting(scope, 'auth_basic')?.args[0] ?? 'off', request);
  const byAddress = addressVerdict(scope, request.client.address);
  if (setting(scope, 'satisfy')?.args[0] === 'any' && realm !== 'off') {
    if (byAddress === 'allowed' || passwordRefusal(request, { logs, files }, realm) === undefined)
      return undefined;
    return challenge(request, realm);
  }
  if (byAddress === 'denied') {
    logs.complain('error', request, 'access forbidden by rule');
    return 403;
  }
  if (realm === 'off') return undefined;
  const refusal = passwordRefusal(request, { logs, files }, realm);
  return refusal === 401 ? challenge(request, realm) : refusal;
}

function challenge(request: NginxRequest, realm: string): number {
  request.response.setHeader('WWW-Authenticate', headerValue(`Basic realm="${realm}"`));
  return 401;
}

function addressVerdict(scope: Scope, address: string): 'allowed' | 'denied' | 'open' {
  const level =
    scope.findLast((directives) => directives.some(({ name }) => name === 'allow' || name === 'deny')) ?? [];
  for (const { name, args } of level) {
    if (name !== 'allow' && name !== 'deny') continue;
    const range = args[0] ?? '';
    if (range === 'all' || (!range.includes(':') && inCidr(address, range)))
      return name === 'allow' ? 'allowed' : 'denied';
  }
  return 'open';
}

/** ngx_http_auth_basic_module: 401, 403 without a file of users; undefined: the password is right. */
function passwordRefusal(
  request: NginxRequest,
  { logs, files }: { logs: NginxLogs; files: FileView },
  realm: string,
): number | undefined {
  const scope = request.location?.scope ?? request.server.scope;
  const [, encoded = ''] = /^basic\s+(\S+)$/i.exec(request.message.headers.authorization ?? '') ?? [];
  const given = Buffer.from(encoded, 'base64').toString('latin1');
  const split = given.indexOf(':');
  if (encoded === '' || split < 0) {
    logs.complain('info', request, `no user/password was provided for basic authentication (${realm})`);
    return 401;
  }
  const name = given.slice(0, split);
  const path = absolute(expand(setting(scope, 'auth_basic_user_file')?.args[0] ?? '', request));
  let users: string;
  try {
    users = decode(files.readFile(path));
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    const reason = error.code === 'EACCES' ? '13: Permission denied' : '2: No such file or directory';
    logs.complain('error', request, `open() "${path}" failed (${reason})`);
    return 403;
  }
  const line = users.split('\n').find((each) => each.startsWith(`${name}:`));
  if (line === undefined) {
    logs.complain('error', request, `user "${name}" was not found in "${path}"`);
    return 401;
  }
  const [, hash = ''] = line.split(':');
  const verdict = verifyPassword(given.slice(split + 1), hash.trim());
  if (verdict === 'unknown') {
    logs.complain(
      'crit',
      request,
      `The embedded cluster does not simulate this kind of password hash in "${path}"; use a kind cluster for that`,
    );
    return 500;
  }
  if (verdict === 'wrong') {
    logs.complain('error', request, `user "${name}": password mismatch`);
    return 401;
  }
  request.user = name;
  return undefined;
}

/** ngx_http_realip_module: whom a trusted proxy says that it asks for. */
export function realAddress(request: NginxRequest): void {
  const scope = request.server.scope;
  const trusted = all(scope, 'set_real_ip_from').map(({ args }) => args[0] ?? '');
  const trusts = (address: string) => trusted.some((range) => !range.includes(':') && inCidr(address, range));
  const header = (setting(scope, 'real_ip_header')?.args[0] ?? 'X-Real-IP').toLowerCase();
  const value = request.message.headers[header];
  const told = String(value ?? '')
    .split(',')
    .map((each) => each.trim())
    .filter((each) => each !== '');
  if (trusted.length === 0 || told.length === 0 || !trusts(request.client.address)) return;
  const recursive = setting(scope, 'real_ip_recursive')?.args[0] === 'on';
  const found = (recursive ? told.findLast((each) => !trusts(each)) : told.at(-1)) ?? told[0];
  if (found) request.client = { ...request.client, address: found };
}

function absolute(path: string): string {
  return path.startsWith('/') ? path : `/etc/nginx/${path}`;
}
