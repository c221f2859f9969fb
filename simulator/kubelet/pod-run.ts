import type { EventType } from '../events/event-recorder';
import type { Container, Pod } from '../schema/types';
import type { FieldContext } from './field-ref';
import type { Tell } from './image-puller';
import type { KubeletContext } from './kubelet-context';
import { type Attempt, emptyRuntimeState, type RuntimeState } from './pod-state';
import { commonUser } from './security-context';
import type { ContainerKind, WaitingReason } from './status/container-statuses';
import type { IssueToken, PayloadContext } from './volumes/payload';
import { PodVolumes } from './volumes/pod-volumes';

const LISTS = { init: 'initContainers', main: 'containers', ephemeral: 'ephemeralContainers' } as const;

/** A Pod on this node: what is wanted, what is there, and what is needed to bring them together. */
export class PodRun {
  readonly state: RuntimeState;
  readonly waiting = new Map<string, WaitingReason>();
  readonly volumes: PodVolumes;
  /** Why the amounts of the spec are not those that the containers have. */
  resizePending: (WaitingReason & { generation?: number }) | undefined;
  /** The Pod with the amounts that it has, while a resize is pending. */
  allocated: Pod | undefined;
  /** The generation whose resize is being carried out. */
  resizing: number | undefined;
  /** Why a resize that was granted is not carried out yet. */
  resizeError: string | undefined;
  private readonly tokens = new Map<string, { token: string; renewAt: number }>();

  constructor(
    readonly context: KubeletContext,
    public pod: Pod,
    state: RuntimeState = emptyRuntimeState(),
    restoredVolumes: Record<string, unknown> = {},
  ) {
    this.state = state;
    this.volumes = new PodVolumes(context.trees, context.disk, restoredVolumes);
  }

  get uid(): string {
    return this.pod.metadata.uid ?? '';
  }

  get namespace(): string {
    return this.pod.metadata.namespace ?? '';
  }

  get name(): string {
    return this.pod.metadata.name ?? '';
  }

  /** Every container of the spec with the list it stands in. */
  containers(): { container: Container; kind: ContainerKind }[] {
    const { initContainers = [], containers = [], ephemeralContainers = [] } = this.pod.spec ?? {};
    return [
      ...initContainers.map((container) => ({ container, kind: 'init' as const })),
      ...containers.map((container) => ({ container, kind: 'main' as const })),
      ...ephemeralContainers.map((container) => ({ container, kind: 'ephemeral' as const })),
    ];
  }

  find(name: string): { container: Container; kind: ContainerKind } | undefined {
    return this.containers().find(({ container }) => container.name === name);
  }

  /** Attempts that run now. */
  running(): Attempt[] {
    return [...this.state.current.values()].filter(({ state }) => state === 'running');
  }

  /** Records events about one container: `spec.containers{app}`. */
  tellAbout(container: Pick<Container, 'name'>, kind: ContainerKind): Tell {
    return (type, reason, message) =>
      this.tell(type, reason, message, `spec.${LISTS[kind]}{${container.name}}`);
  }

  tell(type: EventType, reason: string, message: string, fieldPath = ''): void {
    this.context.events.record(this.pod, type, reason, message, fieldPath);
  }

  fields(): FieldContext {
    const { ip, allocatable } = this.context.node;
    return { pod: this.pod, hostIP: ip, podIP: this.state.sandbox?.ip ?? '', allocatable };
  }

  /** Tokens are renewed when four fifths of their time are over (kubelet token manager). */
  private token(request: Parameters<IssueToken>[0]): string {
    const key = JSON.stringify(request);
    const now = this.context.clock.now();
    const known = this.tokens.get(key);
    if (known && now < known.renewAt) return known.token;
    const token = this.context.issueToken(request);
    this.tokens.set(key, { token, renewAt: now + request.expirationSeconds * 800 });
    return token;
  }

  /** When the first of its tokens is to be renewed, in milliseconds since the epoch. */
  tokensDueAt(): number | undefined {
    const due = [...this.tokens.values()].map(({ renewAt }) => renewAt);
    return due.length > 0 ? Math.min(...due) : undefined;
  }

  payloadContext(): PayloadContext {
    const fsUser = commonUser(this.pod);
    const fsGroup = this.pod.spec?.securityContext?.fsGroup;
    return {
      client: this.context.client,
      issueToken: (request) => this.token(request),
      fields: this.fields(),
      ...(fsUser === undefined ? {} : { fsUser }),
      ...(fsGroup === undefined ? {} : { fsGroup }),
    };
  }
}
