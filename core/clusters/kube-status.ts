import { KubeApiError } from './kube-api';

/** The error for a reply that is not a success: its `Status` object when it is one, else its text. */
export function refusal(code: number, body: string): KubeApiError {
  try {
    const status = JSON.parse(body) as { kind?: string; reason?: string; message?: string; code?: number };
    if (status.kind === 'Status')
      return new KubeApiError(
        status.code ?? code,
        status.reason ?? '',
        status.message ?? `HTTP status ${code}`,
      );
  } catch {
    // not JSON: the text itself says it
  }
  const text = body.trim().slice(0, 500);
  return new KubeApiError(code, '', text || `the API server answered with HTTP status ${code}`);
}
