import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parse } from 'yaml';
import { PodlabError } from '../errors';
import { type ExecPlugin, execCredentials } from './exec-credentials';
import type { Credentials, KubeServer } from './kube-http';

interface KubeconfigUser {
  token?: string;
  tokenFile?: string;
  'client-certificate'?: string;
  'client-certificate-data'?: string;
  'client-key'?: string;
  'client-key-data'?: string;
  exec?: ExecPlugin & { interactiveMode?: string };
  'auth-provider'?: { name?: string };
  username?: string;
  as?: string;
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
  if (user.username !== undefined)
    throw invalid('uses a user name and password, which Kubernetes has removed');
  if (user.as !== undefined) throw invalid('impersonates another user (`as`), which Podlab does not support');
  const { exec } = user;
  if (exec && !exec.command) throw invalid('has an exec plug-in without a command');
  if (exec?.interactiveMode === 'Always')
    throw invalid(
      `has an exec plug-in, ${exec.command}, that must ask somebody, and a server has nobody to ask`,
    );

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
    token: user.token,
    tlsServerName: cluster['tls-server-name'],
    insecure: cluster['insecure-skip-tls-verify'] === true,
  };
  const { tokenFile } = user;
  if (tokenFile) server.credentials = fileCredentials(() => ({ token: pem(undefined, tokenFile)?.trim() }));
  if (exec?.command)
    server.credentials = execCredentials({ ...exec, command: exec.command }, folder, cluster);
  return { server, context: name, namespace: chosen.namespace ?? 'default' };
}

/** client-go reads a token's file every minute: whoever keeps it renews the token there. */
const fileHoldsMs = 60_000;

/** The file wins over a token in the kubeconfig itself. Read at once, so that one that cannot be is told at once. */
function fileCredentials(read: () => Credentials): KubeServer['credentials'] {
  let kept = { at: Date.now(), value: read() };
  return async (refused) => {
    if (refused === kept.value || Date.now() - kept.at > fileHoldsMs)
      kept = { at: Date.now(), value: read() };
    return kept.value;
  };
}

function named<T extends { name: string }>(list: T[] | undefined, name: string, what: string): T {
  const found = list?.find((item) => item.name === name);
  if (found) return found;
  const known = list?.map((item) => item.name).join(', ');
  throw invalid(`has no ${what} "${name}"${known ? ` (it has: ${known})` : ''}`);
}

function invalid(what: string): PodlabError {
  return new PodlabError(
    'kubeconfig-invalid',
    `The kubeconfig ${what}.`,
    'Correct the file, or name another one in PODLAB_KUBECONFIG.',
  );
}
