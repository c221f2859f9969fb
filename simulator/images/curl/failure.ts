import { NetworkError } from '../../network/namespace';
import { Ended, Interrupted } from '../../runtime/process';

/** An end with curl's own exit code and words. */
export class CurlFailure extends Error {
  override readonly name = 'CurlFailure';
  constructor(
    readonly code: number,
    message: string,
  ) {
    super(message);
  }
}

const certificateAdvice = `
More details here: https://curl.se/docs/sslcerts.html

curl failed to verify the legitimacy of the server and therefore could not
establish a secure connection to it. To learn more about this situation and
how to fix it, please visit the webpage mentioned above.`;

/** OpenSSL's words for the verdicts of Node's TLS. */
const certificateProblems: Record<string, string> = {
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'unable to get local issuer certificate',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'unable to get local issuer certificate',
  SELF_SIGNED_CERT_IN_CHAIN: 'self-signed certificate in certificate chain',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'self-signed certificate',
  CERT_HAS_EXPIRED: 'certificate has expired',
  CERT_NOT_YET_VALID: 'certificate is not yet valid',
};

/** A failed handshake in curl's words. Lets a killed process's end pass. */
export function tlsFailure(error: unknown, host: string): never {
  if (error instanceof Ended || error instanceof Interrupted || error instanceof CurlFailure) throw error;
  const code = (error as { code?: string }).code ?? '';
  const problem = certificateProblems[code];
  if (problem) throw new CurlFailure(60, `SSL certificate problem: ${problem}${certificateAdvice}`);
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID')
    throw new CurlFailure(
      60,
      `SSL: no alternative certificate subject name matches target host name '${host}'${certificateAdvice}`,
    );
  if (code === 'ERR_SSL_WRONG_VERSION_NUMBER' || code === 'ERR_SSL_PACKET_LENGTH_TOO_LONG')
    throw new CurlFailure(35, 'TLS connect error: error:0A00010B:SSL routines::wrong version number');
  if (error instanceof NetworkError || code === 'ECONNRESET')
    throw new CurlFailure(35, `Recv failure: Connection reset by peer`);
  throw new CurlFailure(35, 'TLS connect error: unexpected eof while reading');
}
