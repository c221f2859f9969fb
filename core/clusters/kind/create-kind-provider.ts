import { type RunCommand, runCommand } from '../../commands/run-command';
import { isPodlabError, PodlabError } from '../../errors';
import type { Log } from '../../log';
import type { ClusterProvider } from '../cluster-provider';
import { createSessionPlaces } from '../namespaced/session-places';
import { within } from '../waiting';
import { KindCli, type KindOptions } from './kind-cli';
import { createKindCluster } from './kind-cluster';
import { readKindConfig } from './kind-config';
import { createImageLoader } from './load-images';

export interface KindProviderOptions extends KindOptions {
  installation: string;
  log: Log;
  run?: RunCommand;
}

/** Shorter than the 3 s within which a provider says whether it is available. */
const answersWithinMs = 2_800;

/** One kind cluster for all sessions, made when the first lab wants it; a namespace of it per session. */
export function createKindProvider(options: KindProviderOptions): ClusterProvider {
  const { log, configFile } = options;
  const cli = new KindCli(options.run ?? runCommand, options);
  const images = createImageLoader(cli);
  const places = createSessionPlaces();
  /** What could not be swept at start, because the nodes were stopped. */
  let unswept: readonly string[] | undefined;
  const kindCluster = createKindCluster(cli, options, {
    async onTakenUp(cluster) {
      const keep = unswept;
      unswept = undefined;
      if (!keep) return;
      await places
        .sweep(cluster, keep)
        .catch((error) => log.warn('sweep-failed', { cluster: 'kind', error }));
    },
    onReplaced: () => images.forget(),
  });

  return {
    kind: 'kind',
    async availability() {
      try {
        const asked = Promise.all([cli.engineVersion(2_000), cli.kindVersion(2_000)]);
        const [engine, kind] = await within(answersWithinMs, asked, tooLong);
        // Told before a lab is started, though a cluster that is there already needs no configuration.
        if (configFile) await readKindConfig(configFile);
        return {
          available: true,
          detail: `A real Kubernetes in ${engine} (${kind.split(' ').slice(0, 2).join(' ')}).`,
        };
      } catch (error) {
        if (isPodlabError(error)) return { available: false, reason: error.message, remedy: error.remedy };
        log.error('kind-availability-failed', { error });
        return {
          available: false,
          reason: 'Podlab could not find out whether kind can be used.',
          remedy: 'Look at the server log, or use the embedded cluster.',
        };
      }
    },
    async open(request) {
      const { progress, signal } = request;
      const cluster = await kindCluster.get(progress, signal);
      await images.load(request.images, progress, signal);
      return places.open(cluster, request);
    },
    async discard(sessionId) {
      const cluster = await kindCluster.ifAnswering();
      if (cluster) await places.discard(cluster, sessionId);
    },
    async sweep(kept) {
      const cluster = await kindCluster.ifAnswering();
      if (cluster) await places.sweep(cluster, kept);
      else unswept = kept;
    },
    async shutdown() {
      places.leave();
      await kindCluster.close();
    },
  };
}

function tooLong(): PodlabError {
  return new PodlabError(
    'cluster-unavailable',
    'The container engine and kind took too long to answer.',
    'Look whether `docker info` and `kind version` answer, then try again.',
    503,
  );
}
