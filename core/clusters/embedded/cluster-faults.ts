import { PodlabError } from '../../errors';

/** What went wrong in one cluster that goes on all the same: kept, so that who listens later hears of it too. */
export interface ClusterFaults {
  tell(fault: PodlabError): void;
  listen(run: (fault: PodlabError) => void): void;
}

export function createClusterFaults(): ClusterFaults {
  const told: PodlabError[] = [];
  const listeners: ((fault: PodlabError) => void)[] = [];
  return {
    tell(fault) {
      told.push(fault);
      for (const run of listeners) run(fault);
    },
    listen(run) {
      listeners.push(run);
      for (const fault of told) run(fault);
    },
  };
}

/** A part of the simulator threw: the others go on, as a control plane does after a component's panic. */
export function threw(message: string): PodlabError {
  return new PodlabError(
    'cluster-fault',
    `Something went wrong inside the embedded cluster, and it goes on: ${message}`,
    'If something in it no longer moves, restart the lab; your saved points stay.',
  );
}

/** The saved state could not be used: the cluster is a new one. */
export function beganAnew(): PodlabError {
  return new PodlabError(
    'cluster-anew',
    'The embedded cluster could not be taken up where it was left, so this is a new one.',
    'Your saved points and your files are there; create again what was in the cluster.',
  );
}
