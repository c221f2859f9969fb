import { PodlabError } from '../core/errors';
import type { TerminalAccess } from './terminal-gateway';
import type { Wired } from './wire-services';

/** Only the learner whose session it is, known by the cookie, gets at its shells. */
export function createTerminalAccess({
  services,
  sessions,
  shells,
}: Pick<Wired, 'services' | 'sessions' | 'shells'>): TerminalAccess {
  return {
    async shellOrThrow(cookie, sessionId, shellId) {
      const learner = await services.accounts.learner(cookie);
      if (!learner)
        throw new PodlabError(
          'not-signed-in',
          'This browser is not known to Podlab any more.',
          'Open the home page and start the lab again; allow cookies for this site.',
          401,
        );
      await sessions.authorise(learner.id, sessionId);
      const shell = shells.find(sessionId, shellId);
      if (shell) return shell;
      throw new PodlabError(
        'terminal-not-found',
        'This terminal is no longer there.',
        'Open a new one.',
        404,
      );
    },
  };
}
