import { ISSUER, type ServiceAccountTokens } from '../service-account-tokens';
import { type Exchange, sendText } from './exchange';

/**
 * Serves what others need to check the tokens of ServiceAccounts: the issuer's configuration and its keys (OpenID Connect
 * Discovery; kubernetes pkg/routes/openidmetadata.go). False for other paths.
 */
export function serveIssuerDiscovery(exchange: Exchange, tokens: ServiceAccountTokens): boolean {
  switch (exchange.path) {
    case '/.well-known/openid-configuration': {
      const configuration = {
        issuer: ISSUER,
        jwks_uri: `https://${exchange.request.headers.host ?? ''}/openid/v1/jwks`,
        response_types_supported: ['id_token'],
        subject_types_supported: ['public'],
        id_token_signing_alg_values_supported: ['ES256'],
      };
      sendText(exchange, 200, 'application/json', JSON.stringify(configuration));
      return true;
    }
    case '/openid/v1/jwks':
      sendText(exchange, 200, 'application/jwk-set+json', JSON.stringify(tokens.jsonWebKeys()));
      return true;
    default:
      return false;
  }
}
