/** PKCS#10 requests and the key of most of them, made with openssl: for tests. */
const pem = (type: string, body: string): string =>
  `-----BEGIN ${type}-----\n${body.replace(/.{64}/g, '$&\n').trimEnd()}\n-----END ${type}-----\n`;
const request = (body: string): string => pem('CERTIFICATE REQUEST', body);

/** P-256. */
export const KEY = pem(
  'PRIVATE KEY',
  'MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg7F5s+0ZIRXCZTcA/sEruqzoa4yb15BbeUpbAxnFXgZGhRANCAASGuB+Y9DKVkhWsGlYvCyxao+9mY1OtCL2yrhw3ZRZ7AKL+H1CM9VPtA/vYoLLLr7ZBfIlWfafM/bg6NHPNEtrp',
);
/** CN=jane, O=dev, O=ops. */
export const JANE = request(
  'MIHlMIGNAgEAMCsxDTALBgNVBAMMBGphbmUxDDAKBgNVBAoMA2RldjEMMAoGA1UECgwDb3BzMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEhrgfmPQylZIVrBpWLwssWqPvZmNTrQi9sq4cN2UWewCi/h9QjPVT7QP72KCyy6+2QXyJVn2nzP24OjRzzRLa6aAAMAoGCCqGSM49BAMCA0cAMEQCIHMx8I3YJcDCYjupFIVMrG79kJK2MyCeA7feYfplRs/pAiBtkyUPhL/H0cX/dLgiN58VGyFYmFhlVCrwVro3cv/BDw==',
);
/** O=system:masters, CN=evil; DNS:a.b, IP:1.2.3.4. */
export const MASTER = request(
  'MIIBCzCBsQIBADAoMRcwFQYDVQQKDA5zeXN0ZW06bWFzdGVyczENMAsGA1UEAwwEZXZpbDBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABIa4H5j0MpWSFawaVi8LLFqj72ZjU60IvbKuHDdlFnsAov4fUIz1U+0D+9igssuvtkF8iVZ9p8z9uDo0c80S2umgJzAlBgkqhkiG9w0BCQ4xGDAWMBQGA1UdEQQNMAuCA2EuYocEAQIDBDAKBggqhkjOPQQDAgNJADBGAiEA32HYInO2uNkOV08u0G63fjlCXxEiGzBe2nYibmh1UhECIQD+2Snh2bfx/txRQkhzF1POKpFXVATIsYoLzJEUJSQ0HA==',
);
/** O=system:nodes, CN=system:node:n1; DNS:n1, IP:10.0.0.1. */
export const NODE = request(
  'MIIBEjCBuAIBADAwMRUwEwYDVQQKDAxzeXN0ZW06bm9kZXMxFzAVBgNVBAMMDnN5c3RlbTpub2RlOm4xMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEhrgfmPQylZIVrBpWLwssWqPvZmNTrQi9sq4cN2UWewCi/h9QjPVT7QP72KCyy6+2QXyJVn2nzP24OjRzzRLa6aAmMCQGCSqGSIb3DQEJDjEXMBUwEwYDVR0RBAwwCoICbjGHBAoAAAEwCgYIKoZIzj0EAwIDSQAwRgIhAI+IOV1M/58klMk/fV/i2dfZSlPDjC3Mh/eQJjXwf72uAiEA+DVG9QMIcCBpUDKYiS+I3U+7ko9G3ydJhNAS+YKO+ug=',
);
/** CN=rsa, of an RSA key, signed with SHA-512. */
export const RSA = request(
  'MIIBTTCBtwIBADAOMQwwCgYDVQQDDANyc2EwgZ8wDQYJKoZIhvcNAQEBBQADgY0AMIGJAoGBAL4Yx+TLtVXQBruIo9EhGlLqD3E+XX2vC+5/E2EWyi0HP1XfCOkUfqRMPrt+E6APNDX4+CZP8m1urd5oQ6/b7zIDOL/lKElBldYbnQkoe7ofWqXQ2J09HIBKVexaG3d8AZdWNGjagfJfQbl02svHre9ZJaBlC62OAuAUfpAQEnKPAgMBAAGgADANBgkqhkiG9w0BAQ0FAAOBgQBh5S7uKcTEmkaua8tkgLvp9Vfde01V4Png1Upln7alokzZgOhsyK/GVqrZA2gAg31U+Q2N28W4X56wVwJ4mrON4oJ38xXLywB7VIBZAzxsebseeNsRFwjRSiaoCaxrn53rx1OVXmTOFS4RtjiM46dFoGGNhi8s10Y1sf9M07Fnxg==',
);
