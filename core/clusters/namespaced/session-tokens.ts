import type { KubeApi } from '../kube-api';
import { refusal } from '../kube-status';
import { systemNamespace } from './session-objects';

/** A lab's day; API servers may shorten it. */
const wantedSeconds = 24 * 60 * 60;
/** They are renewed when so much of their time has passed, as the kubelet does with those of Pods. */
const renewAfter = 0.8;
/** Tokens end by the clock, and timers stand still while a laptop sleeps: so the clock is looked at so often. */
const lookEveryMs = 30_000;

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
  let renewAt = whenToRenew(tokens);
  const listeners: (() => void)[] = [];
  let asking = false;
  let stopped = false;

  async function renewIfDue(): Promise<void> {
    if (asking || Date.now() < renewAt) return;
    asking = true;
    const renewed = await ask(admin(), accounts).catch(() => undefined);
    asking = false;
    if (!renewed || stopped) return;
    tokens = renewed;
    renewAt = whenToRenew(tokens);
    for (const run of listeners) run();
  }
  const timer = setInterval(renewIfDue, lookEveryMs);
  timer.unref();

  return {
    of: (account) => tokens.get(account)?.text ?? '',
    onRenewed: (run) => void listeners.push(run),
    stop() {
      stopped = true;
      clearInterval(timer);
    },
  };
}

interface Token {
  text: string;
  /** Milliseconds from when it was given. */
  life: number;
}

/** By the clock, in milliseconds; of tokens that were just given. */
const whenToRenew = (tokens: ReadonlyMap<string, Token>) =>
  Date.now() + renewAfter * Math.min(...[...tokens.values()].map(({ life }) => life));

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
