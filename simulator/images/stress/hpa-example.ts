import { nativeExecutable } from '../../files/volume-tree';
import { buildDebian } from '../base/debian-root';
import { textServer } from '../greeters/serve-text';
import { defaultPath, type Image } from '../image';
import { packageRefusal } from '../package-refusal';
import { chargeProcessor } from './processor-use';

/** What one page costs: a million square roots in PHP. */
const pageMs = 70;

/** registry.k8s.io/hpa-example: a page that takes processor time, for autoscalers to look at. */
export function hpaExampleImage(applets: readonly string[]): Image {
  return {
    name: 'hpa-example',
    repositories: [],
    hasTag: (tag) => tag === 'latest',
    sizeBytes: 205_000_000,
    config: () => ({
      entrypoint: [],
      cmd: ['apache2-foreground'],
      env: { PATH: defaultPath },
      workingDir: '/var/www/html',
      user: '',
    }),
    build: (root) => {
      buildDebian(root, applets, { extra: ['curl', 'ps'] });
      root.write('/usr/local/bin/apache2-foreground', nativeExecutable('hpa-example'), { mode: 0o755 });
      root.write('/var/www/html/index.php', '<?php // The embedded cluster runs this page itself.\n');
    },
    programs: {
      apt: packageRefusal('apt'),
      'hpa-example': textServer({
        port: () => 80,
        exitCode: 0,
        started: (process) =>
          process.write(
            2,
            `AH00558: apache2: Could not reliably determine the server's fully qualified domain name, using ${process.network.address}. Set the 'ServerName' directive globally to suppress this message\n`,
          ),
        answer: async (process, { message, response, client }) => {
          const limit = process.system.limits.cpuMillis ?? 1_000;
          await chargeProcessor(process, 1, (pageMs * 1_000) / Math.min(1_000, limit));
          response.setHeader('Server', 'Apache/2.4.10 (Debian)');
          response.setHeader('X-Powered-By', 'PHP/5.6.14');
          response.setHeader('Content-Type', 'text/html; charset=UTF-8');
          response.end('OK!');
          const [, date, month, year, time] = new Date(process.clock.now()).toUTCString().split(' ');
          await process.write(
            1,
            `${client.address} - - [${date}/${month}/${year}:${time} +0000] "${message.method} ${message.url} HTTP/${message.httpVersion}" 200 216 "-" "${message.headers['user-agent'] ?? '-'}"\n`,
          );
        },
      }),
    },
  };
}
