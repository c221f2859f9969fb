import type { ServerResponse } from 'node:http';

/**
 * Next.js puts its data into inline scripts whose hashes differ by page, so scripts may be inline; in development it
 * evaluates modules too. Everything else comes from this server alone, and no page may be framed.
 */
function contentSecurityPolicy(host: string, development: boolean): string {
  return [
    "default-src 'self'",
    `script-src 'self' 'unsafe-inline'${development ? " 'unsafe-eval'" : ''}`,
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data: blob:",
    "font-src 'self' data:",
    // Older Safari does not count WebSockets of this host as 'self'.
    `connect-src 'self' ws://${host} wss://${host}`,
    "worker-src 'self' blob:",
    "object-src 'none'",
    "base-uri 'self'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join('; ');
}

/** `host` is the request's Host header, checked. */
export function setSecurityHeaders(response: ServerResponse, host: string, development: boolean): void {
  response.setHeader('Content-Security-Policy', contentSecurityPolicy(host, development));
  response.setHeader('X-Content-Type-Options', 'nosniff');
  response.setHeader('X-Frame-Options', 'DENY');
  response.setHeader('Referrer-Policy', 'same-origin');
  response.setHeader('Cross-Origin-Opener-Policy', 'same-origin');
  response.setHeader('Cross-Origin-Resource-Policy', 'same-origin');
  response.setHeader('Permissions-Policy', 'camera=(), geolocation=(), microphone=(), payment=(), usb=()');
}
