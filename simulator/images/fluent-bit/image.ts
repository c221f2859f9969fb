import { nativeExecutable, type VolumeTree } from '../../files/volume-tree';
import type { Program } from '../../runtime/process';
import { writeAccounts } from '../base/accounts';
import { buildDebian } from '../base/debian-root';
import { makeFolders } from '../base/folders';
import { defaultPath, type Image } from '../image';
import { packageRefusal } from '../package-refusal';

const newest: Record<string, string> = {
  latest: '4.1.1',
  '4.1': '4.1.1',
  '4.0': '4.0.13',
  '3.2': '3.2.10',
  '3.1': '3.1.10',
  '3.0': '3.0.7',
  '2.2': '2.2.3',
  '2.1': '2.1.10',
  '2.0': '2.0.14',
  '1.9': '1.9.10',
};

/** The Fluent Bit that a tag of its image holds; `-debug` tags have a shell as well. */
function version(tag: string): string {
  const number = tag.replace(/-?debug$/, '') || 'latest';
  return newest[number] ?? number;
}

/** The fluent-bit image: one program and its configuration. */
export function fluentBitImage(applets: readonly string[]): Image {
  const programs: Record<string, Program> = { apt: packageRefusal('apt') };
  return {
    name: 'fluent-bit',
    repositories: ['fluent/fluent-bit'],
    hasTag: (tag) =>
      /^((latest|\d+\.\d+(\.\d+)?)(-debug)?|debug)$/.test(tag) && /^(\d+\.){2}\d+$/.test(version(tag)),
    sizeBytes: 33_000_000,
    config: () => ({
      entrypoint: [],
      cmd: ['/fluent-bit/bin/fluent-bit', '-c', '/fluent-bit/etc/fluent-bit.conf'],
      env: { PATH: defaultPath },
      workingDir: '/',
      user: '',
    }),
    build: (root, tag) => {
      const release = version(tag);
      programs[`fluent-bit-${release}`] ??= async (process) =>
        (await import('./program')).fluentBit(process, release);
      if (tag.includes('debug')) buildDebian(root, applets);
      else buildBare(root);
      root.write('/fluent-bit/bin/fluent-bit', nativeExecutable(`fluent-bit-${release}`), { mode: 0o755 });
      root.write('/fluent-bit/etc/fluent-bit.conf', mainConfiguration);
      root.write('/fluent-bit/etc/parsers.conf', parsersConfiguration);
    },
    programs,
  };
}

/** Without a shell, like the distroless image. */
function buildBare(root: VolumeTree): void {
  makeFolders(root, ['/home', '/usr/bin', '/var/log', '/var/lib']);
  writeAccounts(
    root,
    [
      { name: 'root', uid: 0, gid: 0, home: '/root' },
      { name: 'nobody', uid: 65_534, gid: 65_534, home: '/nonexistent' },
      { name: 'nonroot', uid: 65_532, gid: 65_532, home: '/home/nonroot' },
    ],
    [
      { name: 'root', gid: 0 },
      { name: 'nobody', gid: 65_534 },
      { name: 'nonroot', gid: 65_532 },
    ],
  );
}

/** As in the image: what is run without a configuration of its own asks for the cpu input, and is told that there is none. */
const mainConfiguration = `[SERVICE]
    flush        1
    daemon       Off
    log_level    info
    parsers_file parsers.conf

[INPUT]
    name cpu
    tag  cpu.local

[OUTPUT]
    name  stdout
    match *
`;

const parsersConfiguration = `[PARSER]
    Name        json
    Format      json
    Time_Key    time
    Time_Format %d/%b/%Y:%H:%M:%S %z

[PARSER]
    Name        docker
    Format      json
    Time_Key    time
    Time_Format %Y-%m-%dT%H:%M:%S.%L
    Time_Keep   On

[PARSER]
    Name        logfmt
    Format      logfmt

[PARSER]
    Name        cri
    Format      regex
    Regex       ^(?<time>[^ ]+) (?<stream>stdout|stderr) (?<logtag>[^ ]*) (?<message>.*)$
    Time_Key    time
    Time_Format %Y-%m-%dT%H:%M:%S.%L%z
    Time_Keep   On

[PARSER]
    Name        nginx
    Format      regex
    Regex       ^(?<remote>[^ ]*) (?<host>[^ ]*) (?<user>[^ ]*) \\[(?<time>[^\\]]*)\\] "(?<method>\\S+)(?: +(?<path>[^"]*?)(?: +\\S*)?)?" (?<code>[^ ]*) (?<size>[^ ]*)(?: "(?<referer>[^"]*)" "(?<agent>[^"]*)")?
    Time_Key    time
    Time_Format %d/%b/%Y:%H:%M:%S %z
`;
