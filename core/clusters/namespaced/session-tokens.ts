import type { KubeApi } from '../kube-api';
import { refusal } from '../kube-status';
import { systemNamespace } from './session-objects';

/** A lab's day; API servers may shorten it. */
const wantedSeconds = 24 * 60 * 60;
/** They are renewed when so much of their time has passed, as the kubelet does with those of Pods. */
const renewAfter = 0.8;
const shortestMs = 60_000;
/** Longest that setTimeout can wait. */
const longestMs = 2 ** 31 - 1;

/** Tokens that are replaced before they end. */
export interface SessionTokens {
  /** The valid one of an account. */
  of(account: string): string;
  onRenewed(run: () => void): void;
  stop(): void;
}

/** Asks for a token of each account, and goes on asking as long as they are needed. Rejects when one is refused. */
export async function keepTokens(
  admin: () => KubeApi,
  accounts: readonly string[],
  signal: AbortSignal,
): Promise<SessionTokens> {
  let tokens = await ask(admin(), accounts, signal);
  const listeners: (() => void)[] = [];
  let timer: NodeJS.Timeout | undefined;

  function renewIn(ms: number): void {
    timer = setTimeout(renew, Math.min(Math.max(ms, shortestMs), longestMs));
    timer.unref();
  }
  async function renew(): Promise<void> {
    const asked = timer;
    const renewed = await ask(admin(), accounts).catch(() => undefined);
    if (timer !== asked) return;
    if (renewed) {
      tokens = renewed;
      for (const run of listeners) run();
    }
    renewIn(renewed ? lifeOf(tokens) * renewAfter : shortestMs);
  }
  renewIn(lifeOf(tokens) * renewAfter);

  return {
    of: (account) => tokens.get(account)?.text ?? '',
    onRenewed: (run) => void listeners.push(run),
    stop() {
      clearTimeout(timer);
      timer = undefined;
    },
  };
}

interface Token {
  text: string;
  /** Milliseconds from when it was given. */
  life: number;
}

const lifeOf = (tokens: ReadonlyMap<string, Token>) =>
  Math.min(...[...tokens.values()].map(({ life }) => life));

async function ask(
  admin: KubeApi,
  accounts: readonly string[],
  signal?: AbortSignal,
): Promise<Map<string, Token>> {
  const tokens = await Promise.all(accounts.map((account) => createToken(admin, account, signal)));
  return new Map(accounts.map((account, i) => [account, tokens[i] as Token]));
}

/** TokenRequest (authentication.k8s.io/v1): a token that ends by itself and is stored nowhere. */
async function createToken(admin: KubeApi, account: string, signal?: AbortSignal): Promise<Token> {
  const path = `/api/v1/namespaces/${systemNamespace}/serviceaccounts/${account}/token`;
  const body = {
    apiVersion: 'authentication.k8s.io/v1',
    kind: 'TokenRequest',
    spec: { expirationSeconds: wantedSeconds },
  };
  const { status, body: reply } = await admin.request('POST', path, body, signal);
  const given = (reply as { status?: { token?: string; expirationTimestamp?: string } } | undefined)?.status;
  if (status < 300 && given?.token) {
    const until = Date.parse(given.expirationTimestamp ?? '');
    return { text: given.token, life: Number.isNaN(until) ? wantedSeconds * 1000 : until - Date.now() };
  }
  throw refusal(status, status >= 300 ? JSON.stringify(reply) : `no token for ${account}`);
}
