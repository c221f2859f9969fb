import type { CommandResult, RunCommand } from '../../commands/run-command';

/** One call that a recording answers: the command line, and what the program printed. */
export interface RecordedCall {
  /** Whole command line, or an expression it must match. */
  command: string | RegExp;
  exitCode?: number | null;
  stdout?: string;
  stderr?: string;
  failure?: string;
}

export interface RecordedCli {
  run: RunCommand;
  /** Command lines in the order in which they were run. */
  calls: string[];
  /** From now on these come first. */
  prepend(...recordings: RecordedCall[]): void;
}

const dockerIsThere: RecordedCall = {
  command: 'docker -v',
  stdout: 'Docker version 28.2.2, build e6534b4\n',
};

/**
 * Stands for the kind and docker CLIs in tests: answers as they were seen to answer, and fails on any other call. Docker is
 * installed unless a recording says otherwise.
 */
export function recordedCli(...recordings: RecordedCall[]): RecordedCli {
  const known = [...recordings, dockerIsThere];
  const calls: string[] = [];
  return {
    calls,
    prepend: (...more) => void known.unshift(...more),
    async run(program, args, options = {}): Promise<CommandResult> {
      const line = [program, ...args].join(' ');
      calls.push(line);
      const found = known.find(({ command }) =>
        typeof command === 'string' ? command === line : command.test(line),
      );
      if (!found) throw new Error(`The recording has no answer to: ${line}`);
      const { exitCode = 0, stdout = '', stderr = '', failure } = found;
      for (const text of [stderr, stdout])
        for (const each of text.split('\n')) if (each.trim()) options.onLine?.(each);
      return { exitCode, stdout, stderr, ...(failure && { failure }) };
    },
  };
}

export const dockerAnswers: RecordedCall = { command: /^docker info /, stdout: '28.2.2\n' };
export const kindAnswers: RecordedCall = {
  command: 'kind version',
  stdout: 'kind v0.31.0 go1.25.5 linux/amd64\n',
};

const daemonDown =
  'Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?';

/** Failures, as the CLIs print them. */
export const failures = {
  dockerMissing: { command: /^(docker|nerdctl|finch|podman) /, exitCode: null, failure: 'ENOENT' },
  dockerDown: {
    command: /^docker info /,
    exitCode: 1,
    stderr: `ERROR: ${daemonDown}\nerrors pretty printing info\n`,
  },
  dockerForbidden: {
    command: /^docker info /,
    exitCode: 1,
    stderr:
      'permission denied while trying to connect to the Docker daemon socket at unix:///var/run/docker.sock: Get "http://%2Fvar%2Frun%2Fdocker.sock/v1.50/info": dial unix /var/run/docker.sock: connect: permission denied\n',
  },
  /** As Docker 29 says it. */
  dockerUnreachable: {
    command: /^docker info /,
    exitCode: 1,
    stderr:
      'failed to connect to the docker API at unix:///run/user/1000/docker.sock; check if the path is correct and if the daemon is running: dial unix /run/user/1000/docker.sock: connect: no such file or directory\n',
  },
  kindMissing: { command: 'kind version', exitCode: null, failure: 'ENOENT' },
  dockerDownForKind: {
    command: 'kind get clusters',
    exitCode: 1,
    stderr: `ERROR: failed to list clusters: command "docker ps -a --filter label=io.x-k8s.kind.cluster" failed with error: exit status 1\nCommand Output: ${daemonDown}\n`,
  },
  imagePull: {
    command: /^kind create cluster /,
    exitCode: 1,
    stderr:
      'Creating cluster "podlab" ...\n • Ensuring node image (kindest/node:v1.99.0) 🖼  ...\n ✗ Ensuring node image (kindest/node:v1.99.0) 🖼\nERROR: failed to create cluster: failed to pull image "kindest/node:v1.99.0": command "docker pull kindest/node:v1.99.0" failed with error: exit status 1\nCommand Output: Error response from daemon: manifest for kindest/node:v1.99.0 not found: manifest unknown: manifest unknown\n',
  },
  portTaken: {
    command: /^kind create cluster /,
    exitCode: 1,
    stderr:
      'Creating cluster "podlab" ...\n ✗ Preparing nodes 📦 \nERROR: failed to create cluster: command "docker run --name podlab-control-plane --hostname podlab-control-plane" failed with error: exit status 125\nCommand Output: docker: Error response from daemon: failed to set up container networking: driver failed programming external connectivity on endpoint podlab-control-plane: Bind for 0.0.0.0:80 failed: port is already allocated\n',
  },
  diskFull: {
    command: /^kind create cluster /,
    exitCode: 1,
    stderr:
      'ERROR: failed to create cluster: failed to pull image "kindest/node:v1.36.0": command "docker pull" failed with error: exit status 1\nCommand Output: failed to register layer: write /usr/bin/containerd: no space left on device\n',
  },
  badConfig: {
    command: /^kind create cluster /,
    exitCode: 1,
    stderr:
      'ERROR: failed to create cluster: unable to decode config: yaml: unmarshal errors:\n  line 3: field nods not found in type v1alpha4.Cluster\n',
  },
  nodeNotUp: {
    command: /^kind create cluster /,
    exitCode: 1,
    stderr:
      'ERROR: failed to create cluster: failed to init node with kubeadm: command "docker exec --privileged podlab-control-plane kubeadm init" failed with error: exit status 1\n',
  },
  rootless: {
    command: /^kind create cluster /,
    exitCode: 1,
    stderr:
      'ERROR: failed to create cluster: running kind with rootless provider requires setting systemd property "Delegate=yes", see https://kind.sigs.k8s.io/docs/user/rootless/\n',
  },
  noNetwork: {
    command: /^kind create cluster /,
    exitCode: 1,
    stderr:
      'ERROR: failed to create cluster: failed to ensure docker network: command "docker network create -d=bridge kind" failed with error: exit status 1\nCommand Output: Error response from daemon: all predefined address pools have been fully subnetted\n',
  },
  tooFewWatches: {
    command: /^kind create cluster /,
    exitCode: 1,
    stderr:
      'ERROR: failed to create cluster: could not find a log line that matches "Reached target .*Multi-User System.*|detected cgroup v1"\nFailed to create control group inotify object: Too many open files\n',
  },
  ownInit: {
    command: /^kind create cluster /,
    exitCode: 1,
    stderr:
      'ERROR: failed to create cluster: could not find a log line that matches "Reached target"\nCouldn\'t find an alternative telinit implementation to spawn.\n',
  },
  madeByAnother: {
    command: /^kind create cluster /,
    exitCode: 1,
    stderr: 'ERROR: failed to create cluster: node(s) already exist for a cluster with the name "podlab"\n',
  },
  unknown: {
    command: /^kind create cluster /,
    exitCode: 1,
    stderr: 'ERROR: failed to create cluster: something nobody has seen before\n',
  },
} satisfies Record<string, RecordedCall>;
