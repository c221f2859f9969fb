'use client';

import { useEffect, useState } from 'react';
import type { Availability, ClusterKind } from '../../core/clusters/cluster-provider';
import { InlineCode } from '../lesson/inline-code';
import { Icon } from '../shell/icons';
import { ProblemNote } from './problem-note';
import { asProblem, type Clusters, getClusters } from './session-client';
import { untilItWorks } from './session-events';
import type { Problem } from './session-state';

const names: Record<ClusterKind, { title: string; text: string }> = {
  embedded: {
    title: 'Embedded cluster',
    text: 'A simulated Kubernetes of your own, ready in under a second.',
  },
  kind: { title: 'kind', text: 'A full Kubernetes in Docker on the server. The first start takes a while.' },
  kubeconfig: { title: 'Classroom cluster', text: 'The cluster that the operator of this server has named.' },
};
const order: ClusterKind[] = ['embedded', 'kind', 'kubeconfig'];

interface Props {
  /** Resolves false when it could not be started; the problem is then in `problem`. */
  onStart(cluster: ClusterKind | undefined): Promise<boolean>;
  /** Where it ran, and will unless another is chosen. */
  present?: ClusterKind;
  problem: Problem | null;
  label?: string;
}

/** Which cluster, which are there and why not, and the button. Starting needs no answer to the first question. */
export function StartLab({ onStart, present, problem, label = 'Start the lab' }: Props) {
  const [clusters, setClusters] = useState<Clusters | null>(null);
  const [unknown, setUnknown] = useState<Problem | null>(null);
  const [chosen, setChosen] = useState<ClusterKind | undefined>();
  const [starting, setStarting] = useState(false);
  // A click before React is there would send the form the old way and load the page anew.
  const [listening, setListening] = useState(false);

  useEffect(() => {
    setListening(true);
    const ask = async () => setClusters(await getClusters());
    return untilItWorks(ask, (error) => setUnknown(asProblem(error)));
  }, []);

  const selected = chosen ?? present ?? clusters?.preferred;

  return (
    <form
      className="start"
      onSubmit={async (event) => {
        event.preventDefault();
        if (starting) return;
        setStarting(true);
        if (!(await onStart(chosen))) setStarting(false);
      }}
    >
      <fieldset>
        <legend className="text-sm font-semibold">Where it runs</legend>
        <div className="mt-2 grid gap-2">
          {clusters ? (
            order.map((kind) => (
              <ClusterChoice
                key={kind}
                kind={kind}
                availability={clusters.availability[kind]}
                checked={selected === kind}
                onChoose={() => setChosen(kind)}
              />
            ))
          ) : unknown && !problem ? (
            <ProblemNote problem={unknown} />
          ) : (
            <p className="cluster cluster-asking" role="status">
              Asking which clusters are there…
            </p>
          )}
        </div>
      </fieldset>
      {clusters && (
        <p className="mt-3 flex gap-2 text-sm text-ink-soft">
          <Icon name="shield" className="mt-1" />
          {clusters.isolation.sentence}
        </p>
      )}
      {problem && (
        <div className="mt-4">
          <ProblemNote problem={problem} />
        </div>
      )}
      <noscript>
        <p className="mt-4">A lab needs JavaScript: allow it for this page, and load it again.</p>
      </noscript>
      <button
        type="submit"
        className="button button-primary button-large mt-5"
        disabled={!listening}
        aria-disabled={starting}
      >
        {starting ? 'Starting…' : label}
      </button>
    </form>
  );
}

function ClusterChoice({
  kind,
  availability,
  checked,
  onChoose,
}: {
  kind: ClusterKind;
  availability: Availability;
  checked: boolean;
  onChoose(): void;
}) {
  const { title, text } = names[kind];
  return (
    <label className="cluster" data-available={availability.available ? '' : undefined}>
      <input
        type="radio"
        name="cluster"
        value={kind}
        checked={checked}
        disabled={!availability.available}
        onChange={onChoose}
      />
      <span>
        <span className="font-semibold">{title}</span>
        <span className="block text-sm text-ink-soft">
          {availability.available ? (
            text
          ) : (
            <InlineCode text={`${availability.reason} ${availability.remedy}`} />
          )}
        </span>
      </span>
    </label>
  );
}
