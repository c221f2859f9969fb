import type { CommandResult } from '../../commands/run-command';
import { PodlabError } from '../../errors';

const alreadyExists = /node\(s\) already exist for a cluster with the name/i;

/** Whether it failed because a cluster of that name is there: made, or being made, by somebody else. */
export function saysThatItExists(error: unknown): boolean {
  const { cause } = error as { cause?: unknown };
  return cause instanceof Error && alreadyExists.test(cause.message);
}

interface KnownFailure {
  match: RegExp;
  /** `ENGINE` stands for Docker, or what is in its place. */
  message: string;
  remedy: string;
}

/** What the CLIs print when something is wrong with the machine → what to say and do. First match wins. */
const known: KnownFailure[] = [
  {
    match:
      /permission denied.*(docker|podman|containerd)(\.sock| daemon| API)|permission denied while trying to connect/i,
    message: 'This user may not use ENGINE.',
    remedy: 'Add the user to the group `docker` and log in again, or use the embedded cluster.',
  },
  {
    match:
      /Cannot connect to (the Docker daemon|Podman)|Is the docker daemon running|error during connect|failed to connect to the docker API|docker daemon is not running|dial unix .*(docker|podman)\.sock: connect|rootless containerd not running|cannot access containerd socket|unable to connect to Podman/i,
    message: 'ENGINE does not answer.',
    remedy: 'Start ENGINE, then try again; or use the embedded cluster.',
  },
  {
    match: /running kind with rootless provider requires/i,
    message: 'ENGINE runs rootless here, and may not limit what containers use, as kind needs it.',
    remedy:
      'Set up cgroup v2 and its delegation (kind.sigs.k8s.io/docs/user/rootless), or use the embedded cluster.',
  },
  {
    match: /no space left on device|disk quota exceeded/i,
    message: 'The disk is full: ENGINE could not make the cluster.',
    remedy:
      'Free some space (`docker system prune` shows and removes what Docker no longer needs), then try again.',
  },
  {
    match:
      /failed to pull image|pull access denied|manifest unknown|manifest for .* not found|TLS handshake timeout|toomanyrequests|error pulling image/i,
    message: 'The node image could not be pulled.',
    remedy:
      'Check the network, or set PODLAB_KIND_IMAGE to an image that this machine has (`docker image ls kindest/node`).',
  },
  {
    match: /port is already allocated|address already in use|ports are not available/i,
    message: 'A port that the cluster wants is taken.',
    remedy: 'End the program that uses it, or change the port in PODLAB_KIND_CONFIG.',
  },
  {
    match: alreadyExists,
    message: 'Another cluster of that name is being made or is half made.',
    remedy:
      'Wait for it, or remove it with `kind delete cluster`, or set PODLAB_KIND_CLUSTER to another name.',
  },
  {
    match: /address pools have been fully subnetted|non-overlapping subnet|failed to ensure \w+ network/i,
    message: 'ENGINE has no network left for the cluster.',
    remedy: 'Remove networks that nothing uses (`docker network prune`), then try again.',
  },
  {
    match: /too many open files|inotify/i,
    message: 'This machine lets programs watch too few files for the cluster’s node.',
    remedy:
      'Raise fs.inotify.max_user_watches to 524288 and fs.inotify.max_user_instances to 512 (`sysctl`), then try again.',
  },
  {
    match: /alternative telinit implementation/i,
    message: 'Docker puts an init process of its own into containers, which kind’s nodes cannot have.',
    remedy: 'Take `"init": true` out of /etc/docker/daemon.json, and start Docker again.',
  },
  {
    match:
      /could not find a log line that matches|failed to (init|join) node with kubeadm|kubelet is not running|cgroup/i,
    message: 'The cluster’s node did not come up.',
    remedy:
      'Give ENGINE more memory (4 GiB are enough), or choose another node image with PODLAB_KIND_IMAGE; then try again.',
  },
  {
    match: /unable to decode|error unmarshaling|unknown field|invalid configuration|is not a valid/i,
    message: 'kind does not understand its configuration.',
    remedy: 'Correct the file that PODLAB_KIND_CONFIG names (kind.sigs.k8s.io/docs/user/configuration).',
  },
];

/** A failed command as an error for the learner; its last lines of output go along as the cause, for the log. */
export function kindFailure(command: string, result: CommandResult, engine = 'Docker'): PodlabError {
  const named = (text: string) => text.replaceAll('ENGINE', engine);
  const program = command.split(' ')[0] ?? command;
  if (result.failure === 'ENOENT')
    return failure(
      `\`${program}\` is not on the PATH.`,
      `Install ${program}, or use the embedded cluster.`,
      result,
    );
  if (result.failure === 'timeout')
    return failure(
      `\`${command}\` took too long and was ended.`,
      named('Look whether ENGINE answers (`docker info`), then try again.'),
      result,
    );
  const output = `${result.stderr}\n${result.stdout}`;
  const found = known.find(({ match }) => match.test(output));
  if (found) return failure(named(found.message), named(found.remedy), result);
  const said = lastError(result.stderr) ?? `exit code ${result.exitCode}`;
  return failure(
    `\`${command}\` failed: ${said}`,
    'The server log has its whole output; try again, or use the embedded cluster.',
    result,
  );
}

function failure(message: string, remedy: string, result: CommandResult): PodlabError {
  const cause = new Error(`${result.stderr}\n${result.stdout}`.trim().slice(-4000));
  return new PodlabError('cluster-unavailable', message, remedy, 503, { cause });
}

/** kind's own summary line, else the last line. */
function lastError(stderr: string): string | undefined {
  const lines = stderr
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean);
  return (
    lines
      .findLast((line) => line.startsWith('ERROR:'))
      ?.slice('ERROR:'.length)
      .trim() ?? lines.at(-1)
  );
}
