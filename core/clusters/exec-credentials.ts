import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
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
  let kept: { until: number; value: Promise<Credentials> } | undefined;
  return (refused) => {
    if (kept && !refused && Date.now() < kept.until) return kept.value;
    const mine = { until: Number.POSITIVE_INFINITY, value: ask() };
    kept = mine;
    mine.value.catch(() => {
      if (kept === mine) kept = undefined;
    });
    return mine.value;

    async function ask(): Promise<Credentials> {
      const status = await run(plugin, folder, cluster);
      if (status.expirationTimestamp) mine.until = Date.parse(status.expirationTimestamp) - leewayMs;
      return {
        ...(status.token && { token: status.token }),
        ...(status.clientCertificateData && {
          cert: status.clientCertificateData,
          key: status.clientKeyData,
        }),
      };
    }
  };
}

async function run(
  { command, args, env, apiVersion, installHint, provideClusterInfo }: ExecPlugin & { command: string },
  folder: string,
  cluster: unknown,
): Promise<NonNullable<ExecCredential['status']>> {
  const spec = { interactive: false, ...(provideClusterInfo && { cluster }) };
  const { stdout } = await promisify(execFile)(command, args ?? [], {
    cwd: folder,
    env: {
      ...process.env,
      ...Object.fromEntries((env ?? []).map(({ name, value }) => [name, value])),
      KUBERNETES_EXEC_INFO: JSON.stringify({ apiVersion, kind: 'ExecCredential', spec }),
    },
    timeout: answersWithinMs,
  }).catch((error: NodeJS.ErrnoException & { killed?: boolean; stderr?: string }) => {
    if (error.code === 'ENOENT')
      throw noCredentials(command, 'it is not on the server’s PATH', installHint?.trim().split('\n')[0]);
    if (error.killed) throw noCredentials(command, `it did not answer within ${answersWithinMs / 1000} s`);
    // Not the error itself, which holds all that the program printed and was given.
    const said = new Error(error.stderr?.trim().slice(-1000));
    throw noCredentials(command, `it ended with ${error.code}`, undefined, said);
  });
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
