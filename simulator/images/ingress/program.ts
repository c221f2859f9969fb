import { NetworkError } from '../../network/namespace';
import { findInPath } from '../../runtime/load-program';
import type { Program } from '../../runtime/process';
import { parseFlags } from '../agnhost/flags';
import { klog } from '../agnhost/klog';
import { inBackground, serveHttp, untilTerminated } from '../http/serve';
import { ClusterState } from './cluster-state';
import { answerRequest } from './forward';
import { serveTls } from './serve-tls';
import { publishStatus } from './status';

/** Flags that matter here. */
const known = [
  'ingress-class',
  'controller-class',
  'publish-service',
  'publish-status-address',
  'http-port',
  'https-port',
  'healthz-port',
  'watch-namespace',
];
/** Flags that change nothing here. */
const withoutEffect = ['election-id', 'configmap', 'tcp-services-configmap', 'udp-services-configmap', 'v'];
const switches = [
  'watch-ingress-without-class',
  'report-node-internal-ip-address',
  'enable-metrics',
  'update-status',
];

export interface Settings {
  ingressClass: string;
  controllerClass: string;
  publishService: string | undefined;
  publishAddress: string | undefined;
  withoutClass: boolean;
  httpPort: number;
  httpsPort: number;
  namespace: string | undefined;
}

/** dumb-init: becomes its command, which hears the signals itself here. */
export const dumbInit: Program = (process) => {
  const args = process.argv.slice(process.argv[1] === '--' ? 2 : 1);
  return process.exec(findInPath(process.files, args[0] ?? '', process.env.get('PATH')), args);
};

/** ingress-nginx: watches the API with its ServiceAccount, and passes HTTP on to the Pods that Ingresses name. */
export const ingressController =
  (release: string): Program =>
  async (process) => {
    const flags = parseFlags(process.argv.slice(1), [...known, ...withoutEffect], switches);
    if (typeof flags === 'string') {
      const webhook = /validating-webhook/.test(flags);
      const reason = webhook
        ? 'The embedded cluster does not simulate admission webhooks: leave --validating-webhook and its certificate out.'
        : flags;
      await klog(process, reason, 'main.go:55', 'E');
      return 1;
    }
    const settings: Settings = {
      ingressClass: flags.text('ingress-class', 'nginx'),
      controllerClass: flags.text('controller-class', 'k8s.io/ingress-nginx'),
      publishService: flags.text('publish-service') || undefined,
      publishAddress: flags.text('publish-status-address') || undefined,
      withoutClass: flags.has('watch-ingress-without-class'),
      httpPort: flags.number('http-port', 80),
      httpsPort: flags.number('https-port', 443),
      namespace: flags.text('watch-namespace') || undefined,
    };
    await process.write(1, banner(release));
    const state = new ClusterState(process, settings);
    try {
      serveHttp(process, settings.httpPort, (exchange) => answerRequest(process, state, exchange, false));
      serveTls(process, settings.httpsPort, state, (exchange) =>
        answerRequest(process, state, exchange, true),
      );
      serveHttp(process, flags.number('healthz-port', 10_254), ({ response, url }) => {
        const asked = url.pathname === '/healthz';
        response.statusCode = asked ? (state.synced ? 200 : 500) : 404;
        response.end(asked ? (state.synced ? 'ok' : 'not ready') : '404 page not found\n');
      });
    } catch (error) {
      if (!(error instanceof NetworkError)) throw error;
      await klog(
        process,
        `port is already in use. Please check the flag --http-port: ${error.message}`,
        'main.go:151',
        'E',
      );
      return 255;
    }
    await klog(process, '"Starting NGINX Ingress controller"', 'nginx.go:271');
    state.start();
    inBackground(process, publishStatus(process, state, settings));
    return untilTerminated(process, async () => {
      await klog(process, 'Received SIGTERM, shutting down', 'sigterm.go:36');
      await klog(process, '"NGINX process has stopped"', 'nginx.go:396');
      await klog(process, 'Exiting', 'sigterm.go:50');
      return 0;
    });
  };

function banner(release: string): string {
  const line = '-'.repeat(79);
  return `${line}\nNGINX Ingress controller\n  Release:       ${release}\n  Build:         embedded\n  Repository:    https://github.com/kubernetes/ingress-nginx\n  nginx version: nginx/1.27.1\n\n${line}\n\n`;
}
