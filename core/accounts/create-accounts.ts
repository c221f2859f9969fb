import { createHash, randomBytes } from 'node:crypto';
import { savingProgress } from '../progress/create-progress-store';
import { databaseError } from '../progress/database/database-error';
import type { DatabaseClient } from '../progress/database/open-database';
import type { Accounts } from './accounts';

const learnerCookie = 'podlab_learner';
const yearInSeconds = 365 * 24 * 60 * 60;
/** How stale `lastSeenAt` may be before it is written again: a page view should not cost a write. */
const seenEveryMs = 60 * 60 * 1000;
/** So old a cookie is sent again now and then: whoever comes back within a year is known for good. */
const renewAfterMs = 30 * 24 * 60 * 60 * 1000;

/**
 * Guests, known by a random cookie of which the database holds only a SHA-256. `secure` for a server behind HTTPS. Throws
 * PodlabError when the database does not do what it should.
 */
export function createAccounts(database: DatabaseClient, { secure = false } = {}): Accounts {
  const attributes = `Path=/; HttpOnly; SameSite=Lax; Max-Age=${yearInSeconds}${secure ? '; Secure' : ''}`;
  const cookieOf = (token: string) => `${learnerCookie}=${token}; ${attributes}`;

  async function find(cookieHeader: string | null) {
    const token = readCookie(cookieHeader, learnerCookie);
    if (!token) return null;
    const found = await database.learnerCookie
      .findUnique({
        where: { hash: hash(token) },
        select: {
          hash: true,
          createdAt: true,
          lastSeenAt: true,
          learner: { select: { id: true, name: true } },
        },
      })
      .catch((error) => {
        throw databaseError(error);
      });
    if (!found) return null;
    if (Date.now() - found.lastSeenAt.getTime() > seenEveryMs)
      await database.learnerCookie
        .update({ where: { hash: found.hash }, data: { lastSeenAt: new Date() } })
        // Where nothing can be written, one can still read; the next request tries again.
        .catch(() => {});
    const old = Date.now() - found.createdAt.getTime() > renewAfterMs;
    return { learner: found.learner, setCookie: old ? cookieOf(token) : null };
  }

  return {
    learner: async (cookieHeader) => (await find(cookieHeader))?.learner ?? null,
    async learnerOrGuest(cookieHeader) {
      const known = await find(cookieHeader);
      if (known) return known;
      const token = randomBytes(32).toString('base64url');
      const guest = await savingProgress(() =>
        database.learner.create({
          data: { cookies: { create: { hash: hash(token) } } },
          select: { id: true, name: true },
        }),
      );
      return { learner: guest, setCookie: cookieOf(token) };
    },
  };
}

const hash = (token: string) => createHash('sha256').update(token).digest('hex');

/** The value of one cookie in a Cookie header (RFC 6265); null when it is not there or malformed. */
function readCookie(header: string | null, name: string): string | null {
  for (const part of header?.split(';') ?? []) {
    const [key, ...value] = part.trim().split('=');
    if (key === name) return /^[\w-]{20,200}$/.test(value.join('=')) ? value.join('=') : null;
  }
  return null;
}
