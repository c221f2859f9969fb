import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { spawn as spawnTerminal } from '@lydell/node-pty';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { startSimulator } from '../../index';
import { send } from '../../kubectl/send';
import type { Simulator } from '../../simulator';

let simulator: Simulator;
const folder = mkdtempSync(join(tmpdir(), 'podlab-live-'));
const config = join(folder, 'config');
const running: ChildProcess[] = [];

beforeAll(async () => {
  simulator = await startSimulator();
  writeFileSync(config, simulator.kubeconfig('admin'));
  await ended(kubectl('run', 'web', '--image=nginx:1.27-alpine'));
  await ended(
    kubectl(
      ...[
        'run',
        'loop',
        '--image=busybox:1.36',
        '-l',
        'app=loop',
        '--stdin',
        '--leave-stdin-open',
        '--attach=false',
        '--',
      ],
      ...['sh', '-c', 'while read line; do echo "got $line"; done'],
    ),
  );
  await ended(kubectl('wait', '--for=condition=Ready', 'pod/web', 'pod/loop', '--timeout=60s'));
});

afterEach(() => {
  for (const child of running.splice(0)) child.kill();
});

afterAll(async () => {
  await simulator.stop();
  rmSync(folder, { recursive: true });
});

function kubectl(...args: string[]): ChildProcess {
  const child = spawn('kubectl', ['--kubeconfig', config, ...args]);
  running.push(child);
  return child;
}

/** What it wrote until `enough` of it was there, or it ended. */
function said(child: ChildProcess, enough: (text: string) => boolean): Promise<string> {
  return new Promise((resolve) => {
    let text = '';
    const take = (chunk: Buffer) => {
      text += chunk;
      if (enough(text)) resolve(text);
    };
    child.stdout?.on('data', take);
    child.stderr?.on('data', take);
    child.on('close', () => resolve(text));
  });
}

const ended = (child: ChildProcess) => said(child, () => false);

describe('kubectl port-forward', () => {
  it('carries requests to a port of the Pod, one after the other', async () => {
    const forward = kubectl('port-forward', 'pod/web', ':80');
    const port = /127\.0\.0\.1:(\d+)/.exec(await said(forward, (text) => text.includes('127.0.0.1:')))?.[1];
    for (let time = 0; time < 3; time++) {
      const page = await (await fetch(`http://127.0.0.1:${port}/`)).text();
      expect(page).toContain('Welcome to nginx!');
    }
  });

  it('tells of a port where nobody listens', async () => {
    const forward = kubectl('port-forward', 'pod/web', ':81');
    const port = /127\.0\.0\.1:(\d+)/.exec(await said(forward, (text) => text.includes('127.0.0.1:')))?.[1];
    const told = said(forward, (text) => text.includes('onnection refused'));
    await expect(fetch(`http://127.0.0.1:${port}/`)).rejects.toThrow();
    expect(await told).toContain('onnection refused');
  });
});

describe('the proxy subresource', () => {
  it('reaches a server of HTTPS, whatever its certificate', async () => {
    const agnhost = 'registry.k8s.io/e2e-test-images/agnhost:2.53';
    const run = ['run', 'tls', `--image=${agnhost}`, '--env=SERVE_TLS_PORT_443=over tls', '--', 'porter'];
    await ended(kubectl(...run));
    await ended(kubectl('wait', '--for=condition=Ready', 'pod/tls', '--timeout=60s'));
    const path = '/api/v1/namespaces/default/pods/https:tls:443/proxy/';
    await expect
      .poll(() => ended(kubectl('get', '--raw', path)), { timeout: 60_000, interval: 200 })
      .toBe('over tls');
    await ended(kubectl('delete', 'pod', 'tls', '--now'));
  });

  it('answers for a Pod', async () => {
    const raw = kubectl('get', '--raw', '/api/v1/namespaces/default/pods/web:80/proxy/');
    expect(await ended(raw)).toContain('Welcome to nginx!');
  });

  it('sends on to the root, where relative links lead right', async () => {
    const reply = await send(
      simulator,
      'admin',
      'GET',
      '/api/v1/namespaces/default/pods/web:80/proxy?a=b',
      {},
    );
    expect([reply.status, reply.headers['location']]).toEqual([
      301,
      '/api/v1/namespaces/default/pods/web:80/proxy/?a=b',
    ]);
  });

  it.each(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])('passes %s on', async (method) => {
    const path = '/api/v1/namespaces/default/pods/web:80/proxy/';
    const reply = await send(simulator, 'admin', method, path, {});
    expect(reply.headers['server']).toMatch(/^nginx/);
  });

  it('hands through what the Pod refuses', async () => {
    const raw = kubectl('get', '--raw', '/api/v1/namespaces/default/pods/web:80/proxy/none');
    expect(await ended(raw)).toContain('could not find the requested resource');
  });
});

describe('kubectl attach', () => {
  it('gives the main process input, and shows its output', async () => {
    const attach = kubectl('attach', '-i', 'loop');
    const answer = said(attach, (text) => text.includes('got hello'));
    attach.stdin?.write('hello\n');
    expect(await answer).toContain('got hello\n');
  });
});

describe('kubectl logs --follow', () => {
  it('shows lines as they come', async () => {
    const logs = kubectl('logs', '-f', 'loop', '--tail=0');
    const answer = said(logs, (text) => text.includes('got later'));
    const attach = kubectl('attach', '-i', 'loop');
    // The follower must be there first: it is told again until it is.
    const again = setInterval(() => attach.stdin?.write('later\n'), 100);
    expect(await answer).toContain('got later\n');
    clearInterval(again);
  });

  it('ends with the container', async () => {
    await ended(
      kubectl(
        'run',
        'short',
        '--image=busybox:1.36',
        '--restart=Never',
        '--',
        'sh',
        '-c',
        'sleep 0.5; echo end',
      ),
    );
    const follow = async (): Promise<string> => {
      const text = await ended(kubectl('logs', '-f', 'short'));
      return text.includes('waiting to start') ? follow() : text;
    };
    expect(await follow()).toBe('end\n');
  });
});

describe('kubectl exec -it in a terminal', () => {
  const open = (...command: string[]) => {
    const terminal = spawnTerminal(
      'kubectl',
      ['--kubeconfig', config, 'exec', '-it', 'web', '--', ...command],
      {
        cols: 91,
        rows: 33,
      },
    );
    let text = '';
    const waiting: { part: string; done: () => void }[] = [];
    terminal.onData((chunk) => {
      text += chunk;
      for (const each of waiting.splice(0)) {
        if (text.includes(each.part)) each.done();
        else waiting.push(each);
      }
    });
    const code = new Promise<number>((resolve) => terminal.onExit(({ exitCode }) => resolve(exitCode)));
    const shows = (part: string) =>
      new Promise<void>((done) => {
        if (text.includes(part)) done();
        else waiting.push({ part, done });
      });
    return { terminal, shows, code };
  };

  it('has its size, edits lines, takes ^C, and passes the exit code on', async () => {
    const { terminal, shows, code } = open('sh');
    await shows('# ');
    terminal.write('stty size\r');
    await shows('33 91');
    terminal.resize(70, 20);
    terminal.write('while [ "$(stty size)" != "20 70" ]; do sleep 0.05; done; echo re""sized\r');
    await shows('resized');
    terminal.write('echo go""ing; sleep 1000\r');
    await shows('going');
    terminal.write('\x03');
    terminal.write('echo sta""tus $?\r');
    await shows('status 130');
    terminal.write('exit 7\r');
    expect(await code).toBe(7);
  });
});

describe('a client that never reads', () => {
  it('holds up nobody else', async () => {
    const silent = kubectl(
      'exec',
      'web',
      '--',
      'sh',
      '-c',
      'while true; do echo aaaaaaaaaaaaaaaaaaaaaaaa; done',
    );
    silent.stdout?.pause();
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect(await ended(kubectl('exec', 'web', '--', 'echo', 'well'))).toBe('well\n');
  });
});

describe('a cluster that stops', () => {
  it('does not wait for those who are still connected', async () => {
    const other = await startSimulator();
    const place = join(folder, 'other');
    writeFileSync(place, other.kubeconfig('admin'));
    await ended(
      spawn('kubectl', ['--kubeconfig', place, 'run', 'web', '--image=busybox:1.36', '--', 'sleep', '1000']),
    );
    await ended(spawn('kubectl', ['--kubeconfig', place, 'wait', '--for=condition=Ready', 'pod/web']));
    const open = spawn('kubectl', [
      '--kubeconfig',
      place,
      'exec',
      '-i',
      'web',
      '--',
      'sh',
      '-c',
      'echo in; cat',
    ]);
    running.push(open);
    await said(open, (text) => text.includes('in'));
    await other.stop();
  });
});

describe('a log over a WebSocket', () => {
  it.each([
    ['binary.k8s.io', (data: Buffer) => data.toString()],
    ['base64.binary.k8s.io', (data: Buffer) => Buffer.from(data.toString(), 'base64').toString()],
  ])('as %s', async (protocol, decode) => {
    await ended(
      kubectl('run', 'says', '--image=busybox:1.36', '--restart=Never', '--', 'echo', 'container is alive'),
    );
    await ended(kubectl('wait', '--for=jsonpath={.status.phase}=Succeeded', 'pod/says', '--timeout=60s'));
    const address = `${simulator.url.replace('https', 'wss')}/api/v1/namespaces/default/pods/says/log`;
    const headers = { authorization: `Bearer ${simulator.token('admin')}` };
    const socket = new WebSocket(address, [protocol], { ca: simulator.caCertificate, headers });
    let text = '';
    socket.on('message', (data: Buffer) => {
      text += decode(data);
    });
    await new Promise((resolve, reject) => socket.on('close', resolve).on('error', reject));
    expect(socket.protocol).toBe(protocol);
    expect(text).toBe('container is alive\n');
    await ended(kubectl('delete', 'pod', 'says', '--now'));
  });
});
