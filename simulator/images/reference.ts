/** An image reference in full (distribution/reference): `docker.io/library/nginx:1.27`. */
export interface ImageReference {
  /** `docker.io`, `registry.k8s.io`, `localhost:5000`. */
  registry: string;
  /** `library/nginx`. */
  repository: string;
  tag?: string;
  /** `sha256:…`. */
  digest?: string;
}

const defaultRegistry = 'docker.io';
const pathComponent = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*$/;
const registryName =
  /^(?:[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?)(?:\.[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?)*(?::\d+)?$/;
const tagName = /^\w[\w.-]{0,127}$/;
const digestName = /^sha256:[a-f0-9]{64}$/;

/** The reference with what Docker's client fills in: registry, `library/`, `:latest`. Undefined: invalid format. */
export function parseReference(text: string): ImageReference | undefined {
  const [named = '', digest, ...more] = text.split('@');
  if (more.length > 0 || (digest !== undefined && !digestName.test(digest))) return undefined;
  const colon = named.lastIndexOf(':');
  const hasTag = colon > named.lastIndexOf('/');
  const tag = hasTag ? named.slice(colon + 1) : undefined;
  if (tag !== undefined && !tagName.test(tag)) return undefined;
  const { registry, repository } = splitRegistry(hasTag ? named.slice(0, colon) : named);
  if (!registryName.test(registry) || !repository.split('/').every((part) => pathComponent.test(part)))
    return undefined;
  if (repository.length > 255) return undefined;
  return { registry, repository, tag: tag ?? (digest ? undefined : 'latest'), digest };
}

/** Its full name as containerd prints it. */
export function formatReference({ registry, repository, tag, digest }: ImageReference): string {
  return `${registry}/${repository}${tag ? `:${tag}` : ''}${digest ? `@${digest}` : ''}`;
}

function splitRegistry(name: string): { registry: string; repository: string } {
  const slash = name.indexOf('/');
  const first = name.slice(0, Math.max(slash, 0));
  const isRegistry = first.includes('.') || first.includes(':') || first === 'localhost';
  const registry = isRegistry ? first : defaultRegistry;
  const repository = isRegistry ? name.slice(slash + 1) : name;
  if (registry === 'docker.io' || registry === 'index.docker.io')
    return {
      registry: defaultRegistry,
      repository: repository.includes('/') ? repository : `library/${repository}`,
    };
  return { registry, repository };
}

/**
 * The tag as the program's own repository has it: Kubernetes' test images (registry.k8s.io/e2e-test-images) end in the number
 * of their build, `busybox:1.36.1-1`.
 */
export function upstreamTag({ registry, repository, tag = 'latest' }: ImageReference): string {
  const rebuilt = registry === 'registry.k8s.io' && repository.startsWith('e2e-test-images/');
  return rebuilt ? tag.replace(/^(\d+\.\d+(?:\.\d+)?)-\d+$/, '$1') : tag;
}
