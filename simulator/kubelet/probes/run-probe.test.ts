import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../clock/virtual-clock';
import { DialError } from '../../network/cluster-network';
import { clock, exec, logged, pod, run } from '../../runtime/pod-for-tests';
import type { Container, Probe } from '../../schema/types';
import { runHook } from '../lifecycle-hook';
import { probeGrpc } from './grpc-health';
import { runProbe } from './run-probe';

const image = 'registry.k8s.io/e2e-test-images/agnhost:2.53';
const tls = ['--tls-cert-file=/localhost.crt', '--tls-private-key-file=/localhost.key'];
const spec: Container = { name: 'c', ports: [{ name: 'web', containerPort: 8080 }] };

/** A server of agnhost that is up, and probes of it. */
async function server(args: string[], line: string) {
  const sandbox = pod();
  const container = run(sandbox, { image, args });
  await logged(container, line);
  const probe = (wanted: Probe) =>
    runProbe({ timeoutSeconds: 20, ...wanted }, { clock, sandbox, container, spec });
  return { sandbox, container, probe };
}

describe('an httpGet probe', () => {
  it.each<[string, string[], Probe['httpGet'], string, string | RegExp]>([
    ['by number', [], { port: 8080, path: '/echo?msg=hi' }, 'success', 'hi'],
    ['by name, without a slash', [], { port: 'web', path: 'echo?msg=hi' }, 'success', 'hi'],
    ['to a port that is not named', [], { port: 'none' }, 'errored', "couldn't find port: none"],
    [
      'to a status that fails',
      [],
      { port: 8080, path: '/echo?code=500' },
      'failure',
      'HTTP probe failed with statuscode: 500',
    ],
    ['redirected within the Pod', [], { port: 8080, path: '/redirect?location=/hostname' }, 'success', 'web'],
    [
      'redirected elsewhere',
      [],
      { port: 8080, path: '/redirect?location=http://0.0.0.0/' },
      'warning',
      'Probe terminated redirects, Response body: <a href="http://0.0.0.0/">Found</a>.\n\n',
    ],
    [
      'over HTTPS, whatever the certificate',
      tls,
      { port: 8080, path: '/hostname', scheme: 'HTTPS' },
      'success',
      'web',
    ],
    [
      'over HTTPS to a server of HTTP',
      [],
      { port: 8080, path: '/', scheme: 'HTTPS' },
      'failure',
      /^Get "https:\/\/[\d.]+:8080\/": http: server gave HTTP response to HTTPS client$/,
    ],
    [
      'to another host',
      [],
      { port: 8080, host: '10.244.0.200' },
      'failure',
      /^Get "http:\/\/10\.244\.0\.200:8080\/": dial tcp 10\.244\.0\.200:8080: connect: no route to host$/,
    ],
  ])('%s', async (_title, args, httpGet, result, output) => {
    const { probe } = await server(['netexec', ...args], 'Started HTTP server');
    const outcome = await probe({ httpGet });
    expect(outcome.result).toBe(result);
    if (typeof output === 'string') expect(outcome.output).toBe(output);
    else expect(outcome.output).toMatch(output);
  });
});

describe('a gRPC probe', () => {
  it('is told by grpc.health.v1.Health how the server is', async () => {
    const { container, probe } = await server(
      ['grpc-health-checking', '--service=shop'],
      'gRPC server starting',
    );
    const asked = (service?: string) => probe({ grpc: { port: 5000, ...(service ? { service } : {}) } });
    expect(await asked('shop')).toEqual({ result: 'success', output: 'service healthy' });
    expect(await asked()).toEqual({
      result: 'failure',
      output: 'error: health rpc probe failed: rpc error: code = NotFound desc = unknown service',
    });
    await exec(container, 'curl', '-s', 'localhost:8080/make-not-serving');
    expect(await asked('shop')).toEqual({
      result: 'failure',
      output: 'service unhealthy (responded with "NOT_SERVING")',
    });
    await exec(container, 'curl', '-s', 'localhost:8080/make-serving');
    expect((await asked('shop')).result).toBe('success');
  });

  it('waits until its time-out for a server that is not there', async () => {
    const virtual = new VirtualClock();
    let attempts = 0;
    const dial = async () => {
      attempts++;
      throw new DialError('ECONNREFUSED', 'connection refused');
    };
    const asked = probeGrpc({
      clock: virtual,
      dial,
      address: '10.244.0.9:2333',
      service: '',
      timeoutMs: 5_000,
    });
    await virtual.advance(5_000);
    expect(await asked).toEqual({
      result: 'failure',
      output: 'timeout: failed to connect service "10.244.0.9:2333" within 5s: context deadline exceeded',
    });
    expect(attempts).toBe(5);
  });

  it('takes a server that speaks no gRPC for one that is not there', async () => {
    const { sandbox, container } = await server(['netexec'], 'Started HTTP server');
    const outcome = await runProbe(
      { grpc: { port: 8080 }, timeoutSeconds: 1 },
      { clock, sandbox, container, spec },
    );
    expect(outcome.output).toMatch(/^timeout: failed to connect service "[\d.]+:8080" within 1s: context/);
  });
});

describe('a tcpSocket probe', () => {
  it.each([
    [8080, 'success', /^$/],
    [81, 'failure', /^dial tcp [\d.]+:81: connect: connection refused$/],
  ])('of port %d', async (port, result, output) => {
    const { probe } = await server(['netexec'], 'Started HTTP server');
    const outcome = await probe({ tcpSocket: { port } });
    expect(outcome.result).toBe(result);
    expect(outcome.output).toMatch(output);
  });
});

describe('an httpGet hook', () => {
  it.each([
    ['HTTP', [], []],
    ['HTTPS', tls, []],
    // lifecycle runHTTPHandler falls back, and says so.
    ['HTTPS', [], ['LifecycleHTTPFallback']],
  ])('over %s, the server with %j', async (scheme, args, events) => {
    const { sandbox, container } = await server(['netexec', ...args], 'Started HTTP server');
    const told: string[] = [];
    const failure = await runHook(
      { httpGet: { port: 8080, path: '/echo?msg=hook', scheme } },
      {
        clock,
        pod: { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p', namespace: 'd' } },
        spec,
        container,
        sandbox,
        warn: (reason) => told.push(reason),
      },
    );
    expect(failure).toBeUndefined();
    expect(told).toEqual(events);
    await logged(container, 'GET /echo?msg=hook');
  });
});
