import { healthRequest, healthResponse } from '../../network/grpc';
import type { Process } from '../../runtime/process';
import { serveHttp, untilTerminated } from '../http/serve';
import { readCertificate } from './certificate';
import type { Flags } from './flags';
import { serveGrpc } from './grpc-server';
import { klog } from './klog';

/**
 * `agnhost grpc-health-checking`: grpc.health.v1.Health on --port. It is well until --delay-unhealthy-sec have passed, or
 * until its HTTP side (/make-not-serving, /make-serving) says otherwise.
 */
export async function grpcHealthChecking(process: Process, flags: Flags): Promise<number> {
  const startedAt = process.clock.now();
  const [port, httpPort] = [flags.number('port', 5000), flags.number('http-port', 8080)];
  const unhealthyAfter = flags.number('delay-unhealthy-sec', -1);
  const service = flags.text('service');
  const certificate = await readCertificate(process, flags);
  if (certificate === 'unreadable') return 1;
  let forcedUnhealthy: boolean | undefined;
  const seconds = () => (process.clock.now() - startedAt) / 1_000;

  await klog(process, `Http server starting to listen on :${httpPort}`);
  serveHttp(process, httpPort, async ({ response, url }) => {
    if (url.pathname !== '/make-serving' && url.pathname !== '/make-not-serving') {
      response.statusCode = 404;
      response.end('404 page not found\n');
      return;
    }
    forcedUnhealthy = url.pathname === '/make-not-serving';
    await klog(process, forcedUnhealthy ? 'Mark as unhealthy' : 'Mark as healthy');
    response.end(`${seconds()}s`);
  });
  await serveGrpc(
    process,
    port,
    {
      '/grpc.health.v1.Health/Check': async (request) => {
        await klog(process, `Serving the Check request for health check, started at ${goStart(startedAt)}`);
        if (healthRequest.decode(request) !== service) return { code: 'NotFound', text: 'unknown service' };
        const expired = unhealthyAfter >= 0 && seconds() >= unhealthyAfter;
        return { message: healthResponse.encode(forcedUnhealthy || expired ? 'NOT_SERVING' : 'SERVING') };
      },
      '/grpc.health.v1.Health/Watch': () => ({ code: 'Unimplemented', text: 'unimplemented' }),
    },
    certificate,
  );
  await klog(process, `gRPC server starting to listen on :${port}`);
  return untilTerminated(process, () => 2);
}

function goStart(ms: number): string {
  return new Date(ms).toISOString().replace('T', ' ').replace('Z', '000000 +0000 UTC');
}
