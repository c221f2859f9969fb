import type { ServerResponse } from 'node:http';

/** A redirect with the body that Go's http.Redirect writes for GET. */
export function redirect(response: ServerResponse, location: string, code: number): void {
  const words: Record<number, string> = {
    301: 'Moved Permanently',
    302: 'Found',
    303: 'See Other',
    307: 'Temporary Redirect',
    308: 'Permanent Redirect',
  };
  const escaped = location.replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`);
  response.statusCode = code;
  response.setHeader('Location', location);
  response.setHeader('Content-Type', 'text/html; charset=utf-8');
  response.end(`<a href="${escaped}">${words[code] ?? ''}</a>.\n\n`);
}
