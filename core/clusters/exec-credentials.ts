import { runCommand } from '../commands/run-command';
import { PodlabError } from '../errors';
import type { Credentials, KubeServer } from './kube-http';

/** A user's `exec` in a kubeconfig (client.authentication.k8s.io). */
export interface ExecPlugin {
  apiVersion?: string;
  command?: string;
  args?: string[] | null;
  env?: { name: string; value: string }[] | null;
  installHint?: string;
  provideClusterInfo?: boolean;
}

interface ExecCredential {
  status?: {
    token?: string;
    clientCertificateData?: string;
    clientKeyData?: string;
    expirationTimestamp?: string;
  };
}

const answersWithinMs = 30_000;
/** Asked again so long before they expire. */
const leewayMs = 30_000;

/**
 * client-go credential plug-ins: a program that prints an ExecCredential; asked again shortly before it expires, or when what
 * it gave was refused. `cluster` is told to plug-ins that want it. Relative commands start at `folder`.
 */
export function execCredentials(
  plugin: ExecPlugin & { command: string },
  folder: string,
  cluster: unknown,
): NonNullable<KubeServer['credentials']> {
  let kept: { until: number; value: Promise<Credentials>; given?: Credentials } | undefined;
  return (refused) => {
    // Of many requests that are refused at once, the first asks for all.
    const isRefused = refused !== undefined && kept?.given === refused;
    if (kept && !isRefused && Date.now() < kept.until) return kept.value;
    const mine: NonNullable<typeof kept> = { until: Number.POSITIVE_INFINITY, value: ask() };
    kept = mine;
    mine.value.catch(() => {
      if (kept === mine) kept = undefined;
    });
    return mine.value;

    async function ask(): Promise<Credentials> {
      const status = await run(plugin, folder, cluster);
      if (status.expirationTimestamp) mine.until = Date.parse(status.expirationTimestamp) - leewayMs;
      mine.given = {
        ...(status.token && { token: status.token }),
        ...(status.clientCertificateData && {
          cert: status.clientCertificateData,
          key: status.clientKeyData,
        }),
      };
      return mine.given;
    }
  };
}

async function run(
  { command, args, env, apiVersion, installHint, provideClusterInfo }: ExecPlugin & { command: string },
  folder: string,
  cluster: unknown,
): Promise<NonNullable<ExecCredential['status']>> {
  const spec = { interactive: false, ...(provideClusterInfo && { cluster }) };
  const { exitCode, stdout, stderr, failure } = await runCommand(command, args ?? [], {
    cwd: folder,
    env: {
      ...process.env,
      ...Object.fromEntries((env ?? []).map(({ name, value }) => [name, value])),
      KUBERNETES_EXEC_INFO: JSON.stringify({ apiVersion, kind: 'ExecCredential', spec }),
    },
    timeoutMs: answersWithinMs,
  });
  if (failure === 'ENOENT')
    throw noCredentials(command, 'it is not on the server’s PATH', installHint?.trim().split('\n')[0]);
  if (failure === 'timeout')
    throw noCredentials(command, `it did not answer within ${answersWithinMs / 1000} s`);
  if (exitCode !== 0) {
    const why = failure ?? (exitCode === null ? 'a signal ended it' : `it ended with ${exitCode}`);
    throw noCredentials(command, why, undefined, new Error(stderr.trim().slice(-1000)));
  }
  const status = statusOf(stdout);
  if (!status?.token && !status?.clientCertificateData)
    throw noCredentials(command, 'it printed no ExecCredential with a token or a certificate');
  return status;
}

/** What it printed is a secret: no error may quote it. */
function statusOf(text: string): ExecCredential['status'] {
  try {
    return (JSON.parse(text) as ExecCredential).status;
  } catch {
    return undefined;
  }
}

function noCredentials(command: string, why: string, hint?: string, cause?: Error): PodlabError {
  return new PodlabError(
    'kubeconfig-invalid',
    `The kubeconfig's exec plug-in \`${command}\` gave no credentials: ${why}.`,
    hint ??
      'Run `kubectl get namespaces` with the same kubeconfig, as the user that runs Podlab: it must work there first.',
    503,
    { cause },
  );
}
