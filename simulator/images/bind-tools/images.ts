import { nativeExecutable, type VolumeTree } from '../../files/volume-tree';
import type { Program } from '../../runtime/process';
import { buildAlpine } from '../base/alpine-root';
import { buildDebian, type Release } from '../base/debian-root';
import { defaultPath, type Image } from '../image';
import { packageRefusal } from '../package-refusal';
import { dig } from './dig';
import { host } from './host';
import { nslookup } from './nslookup';

/** nslookup, dig and host of BIND, instead of BusyBox's nslookup. */
export const bindTools: Record<string, Program> = {
  'bind-nslookup': nslookup,
  'bind-dig': dig,
  'bind-host': host,
};

export function installBindTools(root: VolumeTree): void {
  // What is a link to BusyBox would be written through.
  if (root.stat('/usr/bin/nslookup')) root.remove('/usr/bin/nslookup');
  for (const name of ['nslookup', 'dig', 'host'])
    root.write(`/usr/bin/${name}`, nativeExecutable(`bind-${name}`), { mode: 0o755 });
}

/** Programs that a toolbox brings beyond what is simulated. */
function refusal(name: string, instead: string): Program {
  return async (process) => {
    await process.write(2, `${name}: The embedded cluster does not simulate ${name}; ${instead}.\n`);
    return 1;
  };
}

const refused: Record<string, Program> = {
  zsh: refusal('zsh', 'name another command, such as bash'),
  tcpdump: refusal('tcpdump', 'use a kind cluster for that'),
  iperf3: refusal('iperf3', 'use a kind cluster for that'),
  mtr: refusal('mtr', 'use a kind cluster for that'),
  nmap: refusal('nmap', 'use nc -z HOST PORT'),
  openssl: refusal('openssl', 'use a kind cluster for that'),
};

const jessie: Release = { id: 'debian', name: 'Debian GNU/Linux', version: '8', codename: 'jessie' };

interface DnsUtils {
  name: string;
  tags: RegExp;
  /** Default: bookworm. */
  release?: Release;
}

/** e2e-test-images/jessie-dnsutils, its predecessor and its successor. */
function dnsutils({ name, tags, release }: DnsUtils, applets: readonly string[]): Image {
  return {
    name,
    repositories: [],
    hasTag: (tag) => tags.test(tag),
    sizeBytes: 88_000_000,
    config: () => ({
      entrypoint: [],
      cmd: ['/bin/sh'],
      env: { PATH: defaultPath },
      workingDir: '/',
      user: '',
    }),
    build: (root) => {
      buildDebian(root, applets, {
        extra: ['curl', 'ps', 'ping', 'netstat', 'nc', 'wget', 'ip', 'ifconfig'],
        release,
      });
      installBindTools(root);
    },
    programs: { ...bindTools, apt: packageRefusal('apt') },
  };
}

/** A toolbox on Alpine with bash, curl and BIND's tools. */
function toolbox(name: string, repositories: string[], command: string[], applets: readonly string[]): Image {
  return {
    name,
    repositories,
    hasTag: (tag) => /^(latest|v?0\.\d+|alpine|minimal|extra|\d+\.\d+(\.\d+)?)$/.test(tag),
    sizeBytes: 190_000_000,
    config: () => ({
      entrypoint: [],
      cmd: command,
      env: { PATH: defaultPath },
      workingDir: name === 'netshoot' ? '/root' : '/',
      user: '',
    }),
    build: (root) => {
      buildAlpine(root, applets, '3.22.2');
      installBindTools(root);
      root.write('/bin/bash', nativeExecutable('bash'), { mode: 0o755 });
      root.write('/usr/bin/curl', nativeExecutable('curl'), { mode: 0o755 });
      for (const each of Object.keys(refused))
        root.write(`/usr/bin/${each}`, nativeExecutable(each), { mode: 0o755 });
    },
    programs: { ...bindTools, ...refused, apk: packageRefusal('apk') },
  };
}

/** Images to look at a network from. `nginx`: what network-multitool serves. */
export function networkToolImages(applets: readonly string[], nginx: Image): Image[] {
  const netshoot = toolbox('netshoot', ['nicolaka/netshoot'], ['zsh'], applets);
  const multitool = toolbox(
    'network-multitool',
    ['wbitt/network-multitool', 'praqma/network-multitool'],
    [],
    applets,
  );
  const page = 'Network MultiTool (with NGINX)\n';
  return [
    dnsutils({ name: 'dnsutils', tags: /^(latest|1\.[0-9])$/, release: jessie }, applets),
    dnsutils({ name: 'jessie-dnsutils', tags: /^(latest|1\.[0-9])$/, release: jessie }, applets),
    dnsutils({ name: 'glibc-dns-testing', tags: /^[12]\.0\.[0-9]$/ }, applets),
    netshoot,
    {
      ...multitool,
      config: () => ({ ...multitool.config('latest'), cmd: ['nginx', '-g', 'daemon off;'] }),
      build: (root) => {
        nginx.build(root, 'alpine');
        root.write('/usr/share/nginx/html/index.html', page);
        installBindTools(root);
        root.write('/bin/bash', nativeExecutable('bash'), { mode: 0o755 });
        for (const each of Object.keys(refused))
          root.write(`/usr/bin/${each}`, nativeExecutable(each), { mode: 0o755 });
      },
      // nginx adds a program for each release when that is built.
      get programs() {
        return { ...nginx.programs, ...multitool.programs };
      },
    },
  ];
}
