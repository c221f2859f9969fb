import { makeCertificate } from '../../certificate';
import { nativeExecutable } from '../../files/volume-tree';
import { NetworkError } from '../../network/namespace';
import type { Process, Program } from '../../runtime/process';
import { buildAlpine } from '../base/alpine-root';
import { bindTools, installBindTools } from '../bind-tools/images';
import { openbsdNetcat } from '../bind-tools/openbsd-netcat';
import { defaultPath, type Image } from '../image';
import { packageRefusal } from '../package-refusal';
import {
  liveness,
  logsGenerator,
  pauseCommand,
  porter,
  resolverCommand,
  serveHostname,
  testWebserver,
} from './commands';
import { connect } from './connect';
import { type Flags, parseFlags } from './flags';
import { grpcHealthChecking } from './grpc-health-checking';
import { guestbook } from './guestbook';
import { inClusterClient } from './inclusterclient';
import { issuerDiscovery } from './issuer-discovery';
import { mounttest, mounttestFlags } from './mounttest';
import { netexec } from './netexec';
import { nettest } from './nettest';
import { portForwardTester } from './port-forward-tester';

interface Command {
  run: (process: Process, flags: Flags) => Promise<number>;
  flags?: string[];
  switches?: string[];
}

const commands: Record<string, Command> = {
  connect: { run: connect, flags: ['timeout', 'protocol', 'udp-data'] },
  'dns-server-list': { run: (process) => resolverCommand(process, 'dns-server-list') },
  'dns-suffix': { run: (process) => resolverCommand(process, 'dns-suffix') },
  'etc-hosts': { run: (process) => resolverCommand(process, 'etc-hosts') },
  'grpc-health-checking': {
    run: grpcHealthChecking,
    flags: ['port', 'http-port', 'delay-unhealthy-sec', 'service', 'tls-cert-file', 'tls-private-key-file'],
  },
  guestbook: { run: guestbook, flags: ['http-port', 'backend-port', 'replicaof'] },
  inclusterclient: { run: inClusterClient, flags: ['poll-interval'] },
  liveness: { run: liveness },
  'logs-generator': { run: logsGenerator, flags: ['log-lines-total', 't', 'run-duration', 'd'] },
  mounttest: { run: mounttest, flags: mounttestFlags, switches: ['break_on_expected_content'] },
  netexec: {
    run: netexec,
    flags: [
      'http-port',
      'udp-port',
      'sctp-port',
      'delay-shutdown',
      'http-override',
      'tls-cert-file',
      'tls-private-key-file',
    ],
  },
  nettest: { run: nettest, flags: ['port', 'peers', 'service', 'namespace', 'delay-shutdown'] },
  pause: { run: pauseCommand },
  'port-forward-tester': { run: portForwardTester },
  porter: { run: porter, switches: ['json-response'] },
  'serve-hostname': { run: serveHostname, flags: ['port'], switches: ['tcp', 'udp', 'http', 'close'] },
  'test-service-account-issuer-discovery': { run: issuerDiscovery, flags: ['token-path', 'audience'] },
  'test-webserver': { run: testWebserver, flags: ['port'] },
};

/** agnhost, the many-sided program of Kubernetes' own tests. */
const agnhost: Program = async (process) => {
  const [, name = '', ...args] = process.argv;
  // Go prints a slice of strings so.
  if (name === 'entrypoint-tester') {
    await process.write(1, `[${process.argv.join(' ')}]\n`);
    return 0;
  }
  const say = async (text: string) => {
    await process.write(2, `${text}\n`);
    return 1;
  };
  if (name === '' || name === 'help' || name === '--help') {
    await process.write(
      1,
      `Usage:\n  app [command]\n\nAvailable Commands:\n${[...Object.keys(commands), 'entrypoint-tester']
        .sort()
        .map((each) => `  ${each}\n`)
        .join('')}`,
    );
    return 0;
  }
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (!command)
    return say(
      `The embedded cluster does not simulate "agnhost ${name}"; use a kind cluster for that. It knows: ${Object.keys(commands).join(', ')}.`,
    );
  const flags = parseFlags(args, command.flags ?? [], command.switches);
  if (typeof flags === 'string') return say(`Error: ${flags}`);
  try {
    return await command.run(process, flags);
  } catch (error) {
    if (!(error instanceof NetworkError)) throw error;
    return say(`listen tcp: bind: ${error.message.toLowerCase()}`);
  }
};

/** registry.k8s.io/e2e-test-images/agnhost */
export function agnhostImage(applets: readonly string[]): Image {
  return {
    name: 'agnhost',
    repositories: [],
    hasTag: (tag) => /^2\.([1-9]|[1-6]\d)(\.\d+)?(-linux-amd64)?$/.test(tag),
    sizeBytes: 56_000_000,
    config: () => ({
      entrypoint: ['/agnhost'],
      cmd: ['pause'],
      env: { PATH: defaultPath },
      workingDir: '/',
      user: '',
    }),
    build: (root) => {
      buildAlpine(root, applets, '3.21.3', {
        accounts: [{ name: 'user-defined-in-image', uid: 1000, gid: 1000, home: '/', shell: '/bin/sh' }],
        groups: [
          { name: 'user-defined-in-image', gid: 1000 },
          { name: 'group-defined-in-image', gid: 50_000, members: ['user-defined-in-image'] },
        ],
      });
      root.write('/agnhost', nativeExecutable('agnhost'), { mode: 0o755 });
      root.write('/agnhost-2', nativeExecutable('agnhost'), { mode: 0o755 });
      root.write('/bin/bash', nativeExecutable('bash'), { mode: 0o755 });
      const { ca, cert, key } = makeCertificate('localhost', ['localhost'], ['127.0.0.1', '::1']);
      root.write('/localhost.crt', `${cert}${ca}`);
      root.write('/localhost.key', key);
      root.write('/usr/bin/curl', nativeExecutable('curl'), { mode: 0o755 });
      root.mkdir('/uploads');
      installBindTools(root);
      root.remove('/usr/bin/nc');
      root.write('/usr/bin/nc', nativeExecutable('openbsd-nc'), { mode: 0o755 });
    },
    programs: { agnhost, 'openbsd-nc': openbsdNetcat, ...bindTools, apk: packageRefusal('apk') },
  };
}
