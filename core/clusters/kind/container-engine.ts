import type { RunCommand } from '../../commands/run-command';
import { kindFailure } from './kind-failure';

/** What kind's nodes run in. */
export interface ContainerEngine {
  program: string;
  /** For people: `Docker`. */
  title: string;
  /** Arguments that print the version of what answers: of Docker the daemon's. */
  versionArguments: readonly string[];
  /** `kind load docker-image` asks `docker`, whatever the nodes run in. */
  loadsByName: boolean;
}

const docker: ContainerEngine = {
  program: 'docker',
  title: 'Docker',
  versionArguments: ['info', '--format', '{{.ServerVersion}}'],
  loadsByName: true,
};
const podman: ContainerEngine = {
  program: 'podman',
  title: 'Podman',
  versionArguments: ['info', '--format', '{{.Version.Version}}'],
  loadsByName: false,
};
const nerdctl = (program: string): ContainerEngine => ({
  program,
  title: program === 'finch' ? 'Finch' : 'nerdctl',
  versionArguments: ['info', '--format', '{{.ServerVersion}}'],
  loadsByName: false,
});

/** In kind's order, with what `-v` prints first. */
const detected: [ContainerEngine, RegExp][] = [
  [docker, /^Docker version/],
  [nerdctl('nerdctl'), /^nerdctl version/],
  [nerdctl('finch'), /^finch version/],
  [podman, /^podman version/],
];

/**
 * The engine that kind will use: the one that KIND_EXPERIMENTAL_PROVIDER names, else the first that is installed (pkg/cluster,
 * DetectNodeProvider; whether it runs does not matter). Docker when none is: what is said of it then is said by kind, too.
 */
export async function findEngine(
  run: RunCommand,
  named: string | undefined,
  timeoutMs: number,
): Promise<ContainerEngine> {
  if (named === 'docker') return docker;
  if (named === 'podman') return podman;
  if (named === 'nerdctl' || named === 'finch' || named === 'nerdctl.lima') return nerdctl(named);
  for (const [engine, says] of detected) {
    const { exitCode, stdout } = await run(engine.program, ['-v'], { timeoutMs });
    if (exitCode === 0 && says.test(stdout)) return engine;
  }
  return docker;
}

/** Its version; throws PodlabError `cluster-unavailable` when it does not answer. */
export async function engineVersion(
  run: RunCommand,
  engine: ContainerEngine,
  timeoutMs: number,
): Promise<string> {
  const { program, versionArguments } = engine;
  const result = await run(program, versionArguments, { timeoutMs });
  // `docker info` may exit with 0 and print an empty version while the daemon is down.
  if (result.exitCode !== 0 || !result.stdout.trim())
    throw kindFailure(`${program} info`, result, engine.title);
  return result.stdout.trim();
}
