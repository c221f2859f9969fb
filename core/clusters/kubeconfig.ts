import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import { parse } from 'yaml';
import { PodlabError } from '../errors';
import type { KubeServer } from './kube-http';

interface ExecPlugin {
  apiVersion?: string;
  command?: string;
  args?: string[] | null;
  env?: { name: string; value: string }[] | null;
}

interface KubeconfigUser {
  token?: string;
  tokenFile?: string;
  'client-certificate'?: string;
  'client-certificate-data'?: string;
  'client-key'?: string;
  'client-key-data'?: string;
  exec?: ExecPlugin;
  'auth-provider'?: { name?: string };
}

interface Kubeconfig {
  'current-context'?: string;
  contexts?: { name: string; context: { cluster: string; user: string; namespace?: string } }[];
  clusters?: {
    name: string;
    cluster: {
      server?: string;
      'certificate-authority'?: string;
      'certificate-authority-data'?: string;
      'insecure-skip-tls-verify'?: boolean;
      'tls-server-name'?: string;
      'proxy-url'?: string;
    };
  }[];
  users?: { name: string; user: KubeconfigUser }[];
}

/**
 * What a kubeconfig says of one context (the current one when none is named): server with credentials, and the
 * namespace (`default` when none). Relative paths are taken from `folder`. Throws PodlabError `kubeconfig-invalid`.
 */
export function readKubeconfig(
  text: string,
  context?: string,
  folder = process.cwd(),
): { server: KubeServer; context: string; namespace: string } {
  let config: Kubeconfig | null;
  try {
    config = parse(text) as Kubeconfig | null;
  } catch (error) {
    throw invalid(`is not YAML: ${error instanceof Error ? error.message.split('\n')[0] : error}`);
  }
  if (!config || typeof config !== 'object') throw invalid('is empty');
  const name = context ?? config['current-context'];
  if (!name) throw invalid('has no current-context');
  const chosen = named(config.contexts, name, 'context').context;
  const { cluster } = named(config.clusters, chosen.cluster, 'cluster');
  const { user } = named(config.users, chosen.user, 'user');
  if (!cluster.server) throw invalid(`has no server for cluster "${chosen.cluster}"`);
  if (cluster['proxy-url']) throw invalid('uses proxy-url, which Podlab does not support');
  if (user['auth-provider']) throw invalid('uses auth-provider, which Kubernetes has removed');

  const pem = (data: string | undefined, path: string | undefined): string | undefined => {
    if (data) return Buffer.from(data, 'base64').toString('utf8');
    if (!path) return undefined;
    try {
      return readFileSync(resolve(folder, path), 'utf8');
    } catch (error) {
      throw invalid(`names ${path}, which cannot be read (${(error as { code?: string }).code})`);
    }
  };
  const server: KubeServer = {
    server: cluster.server,
    ca: pem(cluster['certificate-authority-data'], cluster['certificate-authority']),
    cert: pem(user['client-certificate-data'], user['client-certificate']),
    key: pem(user['client-key-data'], user['client-key']),
    token: user.token ?? pem(undefined, user.tokenFile)?.trim(),
    tlsServerName: cluster['tls-server-name'],
    insecure: cluster['insecure-skip-tls-verify'] === true,
  };
  if (user.exec) server.credentials = execCredentials(user.exec, folder);
  return { server, context: name, namespace: chosen.namespace ?? 'default' };
}

function named<T extends { name: string }>(list: T[] | undefined, name: string, what: string): T {
  const found = list?.find((item) => item.name === name);
  if (found) return found;
  const known = list?.map((item) => item.name).join(', ');
  throw invalid(`has no ${what} "${name}"${known ? ` (it has: ${known})` : ''}`);
}

/** client-go credential plug-ins: a program that prints an ExecCredential; asked again shortly before it expires. */
function execCredentials(plugin: ExecPlugin, folder: string): KubeServer['credentials'] {
  const command = plugin.command;
  if (!command) throw invalid('has an exec plug-in without a command');
  let kept: { until: number; value: Promise<{ token?: string; cert?: string; key?: string }> } | undefined;
  return () => {
    if (kept && Date.now() < kept.until) return kept.value;
    const mine = { until: Number.POSITIVE_INFINITY, value: ask() };
    kept = mine;
    mine.value.catch(() => {
      if (kept === mine) kept = undefined;
    });
    return mine.value;

    async function ask() {
      const env = { ...process.env, ...Object.fromEntries((plugin.env ?? []).map((e) => [e.name, e.value])) };
      const info = { apiVersion: plugin.apiVersion, kind: 'ExecCredential', spec: { interactive: false } };
      try {
        const { stdout } = await promisify(execFile)(command ?? '', plugin.args ?? [], {
          cwd: folder,
          env: { ...env, KUBERNETES_EXEC_INFO: JSON.stringify(info) },
          timeout: 30_000,
        });
        const { status } = JSON.parse(stdout) as {
          status: {
            token?: string;
            clientCertificateData?: string;
            clientKeyData?: string;
            expirationTimestamp?: string;
          };
        };
        if (status.expirationTimestamp) mine.until = Date.parse(status.expirationTimestamp) - 30_000;
        return {
          ...(status.token && { token: status.token }),
          ...(status.clientCertificateData && {
            cert: status.clientCertificateData,
            key: status.clientKeyData,
          }),
        };
      } catch (cause) {
        throw new PodlabError(
          'kubeconfig-invalid',
          `The kubeconfig's exec plug-in \`${command}\` gave no credentials.`,
          `Run \`kubectl get namespaces\` with the same kubeconfig: it must work there first.`,
          503,
          { cause },
        );
      }
    }
  };
}

function invalid(what: string): PodlabError {
  return new PodlabError(
    'kubeconfig-invalid',
    `The kubeconfig ${what}.`,
    'Correct the file, or name another one in PODLAB_KUBECONFIG.',
  );
}
