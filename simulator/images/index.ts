import type { Program } from '../runtime/process';
import { bash, dash } from '../shell/sh';
import { applets, busybox } from '../shell/utilities/index';
import { agnhostImage } from './agnhost/image';
import { alpineImage } from './alpine';
import { getent } from './base/getent';
import { networkToolImages } from './bind-tools/images';
import { busyboxImage } from './busybox';
import { Catalogue } from './catalogue';
import { alpineCurlImage, curlImage } from './curl/image';
import { curl } from './curl/program';
import { fluentBitImage } from './fluent-bit/image';
import { echoServerImage } from './greeters/echo-server';
import { greeterImages } from './greeters/hello';
import { podinfoImage } from './greeters/podinfo-image';
import { testProgramImages } from './greeters/test-programs';
import { httpdImage } from './httpd/image';
import type { Image } from './image';
import { ingressControllerImage } from './ingress/image';
import { memcachedImage } from './memcached/image';
import { mongoImage } from './mongo/image';
import { mysqlImage } from './mysql/image';
import { nginxImage } from './nginx/image';
import { nginxVariants } from './nginx/variants';
import { pauseImage } from './pause';
import { perlImage } from './perl';
import { postgresImage } from './postgres/image';
import { pythonImage } from './python/image';
import { redisImage } from './redis/image';
import { bashImage, busyboxPlusImage, debianImage, ubuntuImage } from './shells/image';
import { httpEchoImage } from './small/http-echo';
import { artifactImage, pictureImages } from './small/image-volumes';
import { noNewPrivilegesImage, nonRootImage } from './small/test-users';
import { whoamiImage } from './small/whoami';
import { hpaExampleImage } from './stress/hpa-example';
import { memoryStressImage } from './stress/memory-stress';
import { stressImage } from './stress/stress';

const shared: Record<string, Program | undefined> = Object.assign(Object.create(null), {
  busybox,
  getent,
  curl,
  bash,
  dash,
});

/** Programs that any image's executables may name: BusyBox, its applets, the other shells, and curl. */
export function findProgram(name: string): Program | undefined {
  return shared[name] ?? applets[name];
}

/** Everything that can be run. Root file systems are built once per catalogue: share one among clusters. */
export function createCatalogue(): Catalogue {
  return new Catalogue(allImages);
}

/** The images of a catalogue. */
export function allImages(): Image[] {
  const names = Object.keys(applets).sort();
  const nginx = nginxImage(names);
  return [
    busyboxImage(names),
    alpineImage(names),
    nginx,
    ...nginxVariants(nginx),
    agnhostImage(names),
    curlImage(names),
    alpineCurlImage(names),
    httpdImage(names),
    redisImage(names),
    postgresImage(names),
    memcachedImage(names),
    mysqlImage(names),
    mongoImage(names),
    fluentBitImage(names),
    httpEchoImage(),
    pauseImage(),
    whoamiImage(),
    ...pictureImages(names),
    artifactImage(),
    noNewPrivilegesImage(names),
    nonRootImage(names),
    debianImage(names),
    ubuntuImage(names),
    bashImage(names),
    busyboxPlusImage(names),
    perlImage(names),
    ...greeterImages(names),
    podinfoImage(names),
    echoServerImage(names),
    ...testProgramImages(),
    ...networkToolImages(names, nginx),
    stressImage(names),
    memoryStressImage(),
    hpaExampleImage(names),
    ingressControllerImage(names),
    pythonImage(names),
  ];
}
