import { decode } from '../../files/byte-string';
import { FileError } from '../../files/file-system';
import type { FileView } from '../../files/file-view';
import { serverCertificate } from '../../network/tls-server';
import { type ServerBlock, setting } from './config';
import { ConfigError } from './config-syntax';

/** Reads what ssl_certificate and ssl_certificate_key of each server name. Throws ConfigError in nginx's and OpenSSL's words. */
export function readCertificates(servers: readonly ServerBlock[], files: FileView): void {
  for (const server of servers) {
    const listen = server.listens.find(({ ssl }) => ssl);
    const named = setting(server.scope, 'ssl_certificate');
    if (!named) {
      if (listen)
        throw new ConfigError(
          `no "ssl_certificate" is defined for the "listen ... ssl" directive ${listen.where}`,
        );
      continue;
    }
    const key = setting(server.scope, 'ssl_certificate_key')?.args[0];
    const where = `in ${named.file}:${named.line}`;
    if (key === undefined)
      throw new ConfigError(
        `no "ssl_certificate_key" is defined for certificate "${named.args[0] ?? ''}" ${where}`,
      );
    const certPath = absolute(named.args[0] ?? '');
    const keyPath = absolute(key);
    const cert = read(files, certPath, 'certificate');
    const secret = read(files, keyPath, 'certificate key');
    try {
      server.certificate = serverCertificate(cert, secret);
    } catch (error) {
      throw new ConfigError(opensslTrouble((error as Error).message, certPath, keyPath));
    }
  }
}

function read(files: FileView, path: string, what: string): string {
  try {
    return decode(files.readFile(path));
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    const [code, reason] =
      error.code === 'EACCES' ? ['8000000D', 'Permission denied'] : ['80000002', 'No such file or directory'];
    throw new ConfigError(
      `cannot load ${what} "${path}": BIO_new_file() failed (SSL: error:${code}:system library::${reason}:calling fopen(${path}, r) error:10000080:BIO routines::no such file)`,
    );
  }
}

function opensslTrouble(message: string, cert: string, key: string): string {
  if (/key values mismatch/.test(message))
    return `SSL_CTX_use_PrivateKey("${key}") failed (SSL: error:05800074:x509 certificate routines::key values mismatch)`;
  const ofKey = /DECODER|unsupported|private key|bad base64|asn1/i.test(message);
  return ofKey
    ? `cannot load certificate key "${key}": PEM_read_bio_PrivateKey() failed (SSL: ${message})`
    : `cannot load certificate "${cert}": PEM_read_bio_X509_AUX() failed (SSL: error:0480006C:PEM routines::no start line:Expecting: TRUSTED CERTIFICATE)`;
}

function absolute(path: string): string {
  return path.startsWith('/') ? path : `/etc/nginx/${path}`;
}
