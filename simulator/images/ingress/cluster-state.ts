import type { Process } from '../../runtime/process';
import type { EndpointSlice, Ingress, IngressClass, Secret, Service } from '../../schema/types';
import { klog } from '../agnhost/klog';
import { inBackground } from '../http/serve';
import { ApiClient, ApiFailure } from './api-client';
import { Informer } from './informer';
import type { Settings } from './program';
import { type Backend, defaultBackend, isServed, type Route, routesOf, unknownAnnotation } from './routes';

/** An address that takes requests. */
interface Endpoint {
  address: string;
  port: number;
}

/** What the controller knows of the cluster: Ingresses of its classes, and what they lead to. */
export class ClusterState {
  readonly api: ApiClient;
  readonly services: Informer<Service>;
  private readonly ingresses: Informer<Ingress>;
  private readonly classes: Informer<IngressClass>;
  private readonly slices: Informer<EndpointSlice>;
  private readonly secrets: Informer<Secret>;
  /** What was said of an Ingress, by its namespace and name. */
  private readonly told = new Map<string, string>();
  private routes: Route[] | undefined;
  private turn = 0;
  private readonly listeners = new Set<() => void>();

  constructor(
    private readonly process: Process,
    private readonly settings: Settings,
  ) {
    this.api = new ApiClient(process);
    const within = settings.namespace ? `/namespaces/${settings.namespace}` : '';
    const changed = () => this.forget();
    const kind = (path: string, name: string) => ({ path, kind: name });
    const net = '/apis/networking.k8s.io/v1';
    this.ingresses = new Informer(process, this.api, kind(`${net}${within}/ingresses`, 'Ingress'), changed);
    this.classes = new Informer(process, this.api, kind(`${net}/ingressclasses`, 'IngressClass'), changed);
    this.services = new Informer(process, this.api, kind(`/api/v1${within}/services`, 'Service'), changed);
    this.slices = new Informer(
      process,
      this.api,
      kind(`/apis/discovery.k8s.io/v1${within}/endpointslices`, 'EndpointSlice'),
      changed,
    );
    this.secrets = new Informer(process, this.api, kind(`/api/v1${within}/secrets`, 'Secret'), changed);
  }

  start(): void {
    for (const informer of this.informers()) inBackground(this.process, informer.run());
  }

  /** Whether it has heard of everything once. */
  get synced(): boolean {
    return this.informers().every((informer) => informer.synced);
  }

  private informers() {
    return [this.ingresses, this.classes, this.services, this.slices, this.secrets];
  }

  onChange(run: () => void): void {
    this.listeners.add(run);
  }

  /** The Ingresses that are this controller's, and that it can serve. */
  served(): Ingress[] {
    const { controllerClass, ingressClass, withoutClass } = this.settings;
    const own = this.classes.all().filter(({ spec }) => spec?.controller === controllerClass);
    const classes = new Set(own.map(({ metadata }) => metadata.name ?? ''));
    if (withoutClass) classes.add('');
    return this.ingresses.all().filter((ingress) => {
      if (!isServed(ingress, classes, ingressClass)) return false;
      const unknown = unknownAnnotation(ingress);
      this.tell(ingress, unknown);
      return unknown === undefined;
    });
  }

  allRoutes(): Route[] {
    this.routes ??= routesOf(this.served());
    return this.routes;
  }

  defaultBackend(): Backend | undefined {
    return defaultBackend(this.served());
  }

  /** Ready endpoints of a backend, the next one first (round robin). */
  endpoints({ namespace, service, port }: Backend): Endpoint[] {
    const spec = this.services.get(namespace, service)?.spec;
    const found = spec?.ports?.find((each) =>
      port.name ? each.name === port.name : each.port === port.number,
    );
    if (!found) return [];
    const ready = this.slices
      .all()
      .filter(
        ({ metadata }) =>
          metadata.namespace === namespace && metadata.labels?.['kubernetes.io/service-name'] === service,
      )
      .flatMap(({ endpoints, ports }) => {
        const number = ports?.find((each) => (each.name ?? '') === (found.name ?? ''))?.port;
        if (number === undefined) return [];
        return (endpoints ?? [])
          .filter(({ conditions }) => conditions?.ready !== false)
          .flatMap(({ addresses }) => addresses.map((address) => ({ address, port: number })));
      });
    const start = ready.length === 0 ? 0 : this.turn++ % ready.length;
    return [...ready.slice(start), ...ready.slice(0, start)];
  }

  /** Certificate and key for a host, PEM; undefined when no Ingress has one for it. */
  certificate(host: string): { cert: string; key: string } | undefined {
    for (const { metadata, spec } of this.served()) {
      for (const { hosts = [], secretName = '' } of spec?.tls ?? []) {
        if (!hosts.some((each) => covers(each, host))) continue;
        const data = this.secrets.get(metadata.namespace ?? '', secretName)?.data ?? {};
        const text = (name: string) => Buffer.from(data[name] ?? '', 'base64').toString('latin1');
        if (data['tls.crt'] && data['tls.key']) return { cert: text('tls.crt'), key: text('tls.key') };
      }
    }
    return undefined;
  }

  /** Whether an Ingress serves a host over TLS, so that plain HTTP is sent there. */
  hasTls({ ingress, host }: Route): boolean {
    const found = this.ingresses.get(ingress.namespace, ingress.name);
    return (found?.spec?.tls ?? []).some(({ hosts = [] }) => hosts.some((each) => covers(each, host)));
  }

  /** Notes an event on an Ingress, as far as the controller may. */
  async record(ingress: Ingress, reason: string, message: string): Promise<void> {
    const { namespace = '', name = '', uid } = ingress.metadata;
    const now = new Date(this.process.clock.now()).toISOString().replace(/\.\d+Z$/, 'Z');
    const involvedObject = { kind: 'Ingress', apiVersion: 'networking.k8s.io/v1', namespace, name, uid };
    const source = { component: 'nginx-ingress-controller' };
    const stamp = `${Math.floor(this.process.clock.now() * 1_000).toString(16)}`;
    const event = {
      apiVersion: 'v1',
      kind: 'Event',
      metadata: { name: `${name}.${stamp}`, namespace },
      ...{ involvedObject, source, reason, message, type: 'Normal', count: 1 },
      ...{ firstTimestamp: now, lastTimestamp: now },
    };
    try {
      await this.api.request({ method: 'POST', path: `/api/v1/namespaces/${namespace}/events`, body: event });
    } catch (error) {
      if (!(error instanceof ApiFailure)) throw error;
      await klog(this.process, `Server rejected event: ${error.message}`, 'event.go:359', 'E');
    }
  }

  private forget(): void {
    this.routes = undefined;
    for (const run of this.listeners) run();
  }

  private tell({ metadata }: Ingress, unknown: string | undefined): void {
    const key = `${metadata.namespace}/${metadata.name}`;
    if (unknown === undefined) this.told.delete(key);
    if (unknown === undefined || this.told.get(key) === unknown) return;
    this.told.set(key, unknown);
    const text = `ignoring ingress ${key}: The embedded cluster does not simulate the annotation ${unknown}; use a kind cluster for that.`;
    inBackground(this.process, klog(this.process, text, 'store.go:1000', 'E'));
  }
}

function covers(pattern: string, host: string): boolean {
  return (
    pattern === host || (pattern.startsWith('*.') && host.split('.').slice(1).join('.') === pattern.slice(2))
  );
}
