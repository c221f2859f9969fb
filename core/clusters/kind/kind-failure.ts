import type { CommandResult } from '../../commands/run-command';
import { PodlabError } from '../../errors';

/** What the CLIs print when something is wrong with the machine → what to say and do. First match wins. */
const known: { match: RegExp; message: string; remedy: string }[] = [
  {
    match: /permission denied.*docker(\.sock| daemon| API)|permission denied while trying to connect/i,
    message: 'This user may not use Docker.',
    remedy: 'Add the user to the group `docker` and log in again, or use the embedded cluster.',
  },
  {
    match:
      /Cannot connect to the Docker daemon|Is the docker daemon running|error during connect|docker daemon is not running|dial unix .*docker\.sock: connect/i,
    message: 'Docker does not answer.',
    remedy: 'Start Docker, then try again; or use the embedded cluster.',
  },
  {
    match: /no space left on device|disk quota exceeded/i,
    message: 'The disk is full: Docker could not make the cluster.',
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
    match: /node\(s\) already exist for a cluster with the name/i,
    message: 'Another cluster of that name is being made or is half made.',
    remedy:
      'Wait for it, or remove it with `kind delete cluster`, or set PODLAB_KIND_CLUSTER to another name.',
  },
  {
    match:
      /could not find a log line that matches|failed to init node with kubeadm|kubelet is not running|cgroup/i,
    message: 'The cluster’s node did not come up.',
    remedy:
      'Give Docker more memory (4 GiB are enough), or choose another node image with PODLAB_KIND_IMAGE; then try again.',
  },
  {
    match: /unable to decode|error unmarshaling|unknown field|invalid configuration|is not a valid/i,
    message: 'kind does not understand its configuration.',
    remedy: 'Correct the file that PODLAB_KIND_CONFIG names (kind.sigs.k8s.io/docs/user/configuration).',
  },
];

/** A failed command as an error for the learner; its last lines of output go along as the cause, for the log. */
export function kindFailure(command: string, result: CommandResult): PodlabError {
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
      'Look whether Docker answers (`docker info`), then try again.',
      result,
    );
  const output = `${result.stderr}\n${result.stdout}`;
  const found = known.find(({ match }) => match.test(output));
  if (found) return failure(found.message, found.remedy, result);
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
