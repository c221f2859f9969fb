import { join } from 'node:path';
import type { Config } from '../config/load-config';
import type { Log } from '../log';
import type { Availability, ClusterKind, ClusterProvider } from './cluster-provider';
import { createEmbeddedProvider } from './embedded/create-embedded-provider';
import { createKindProvider } from './kind/create-kind-provider';
import { createKubeconfigProvider } from './kubeconfig/create-kubeconfig-provider';

export interface Providers {
  all: Record<ClusterKind, ClusterProvider>;
  /** What a lab gets when its learner does not choose: the configured one; for `auto` kind where it can run, else embedded. */
  preferred(): Promise<ClusterKind>;
  availability(): Promise<Record<ClusterKind, Availability>>;
}

/** How long an answer about Docker and kind holds: asking starts two processes. */
const availabilityHoldsMs = 10_000;

/** `installation` tells this server's sessions from others' on a shared cluster. */
export function createProviders(
  config: Pick<Config, 'cluster' | 'kubeconfig' | 'kind' | 'dataFolder'>,
  { log, installation, spare }: { log: Log; installation: string; spare?: boolean },
): Providers {
  const all = {
    embedded: createEmbeddedProvider({ folder: join(config.dataFolder, 'clusters'), log, spare }),
    kind: createKindProvider({
      ...config.kind,
      kubeconfig: join(config.dataFolder, 'kind', `${config.kind.cluster}.kubeconfig`),
      installation,
      log,
    }),
    kubeconfig: createKubeconfigProvider({ file: config.kubeconfig, installation }),
  };
  let asked: { at: number; answer: Promise<Record<ClusterKind, Availability>> } | undefined;

  function availability(): Promise<Record<ClusterKind, Availability>> {
    if (!asked || Date.now() - asked.at > availabilityHoldsMs) asked = { at: Date.now(), answer: askAll() };
    return asked.answer;
  }

  async function askAll(): Promise<Record<ClusterKind, Availability>> {
    const [embedded, kind, kubeconfig] = await Promise.all([
      all.embedded.availability(),
      all.kind.availability(),
      all.kubeconfig.availability(),
    ]);
    return { embedded, kind, kubeconfig };
  }

  return {
    all,
    availability,
    async preferred() {
      if (config.cluster !== 'auto') return config.cluster;
      return (await availability()).kind.available ? 'kind' : 'embedded';
    },
  };
}
