import type { ErrorBody } from '../../core/errors';

/** Throws an Error whose message is the server's sentence and remedy. */
export async function openTerminal(sessionId: string): Promise<{ id: string; title: string }> {
  return (await ask(sessionId, 'POST', {})) as { id: string; title: string };
}

export async function closeTerminal(sessionId: string, shell: string): Promise<void> {
  await ask(sessionId, 'DELETE', { shell });
}

async function ask(sessionId: string, method: string, body: unknown): Promise<unknown> {
  let response: Response;
  try {
    response = await fetch(`/api/sessions/${encodeURIComponent(sessionId)}/terminals`, {
      method,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
  } catch {
    throw new Error('The Podlab server does not answer. Look whether it is still running, then try again.');
  }
  const answer: unknown = response.status === 204 ? undefined : await response.json().catch(() => undefined);
  if (response.ok) return answer;
  const { message, remedy } = (answer as Partial<ErrorBody> | undefined)?.error ?? {
    message: `The server answered with status ${response.status}.`,
    remedy: 'Reload the page.',
  };
  throw new Error(`${message} ${remedy}`.trim());
}
