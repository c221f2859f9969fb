import type { Image } from './image';
import { formatReference, type ImageReference, upstreamTag } from './reference';

/**
 * Names that never resolve: reserved top-level domains (RFC 2606, RFC 6761), hosts of the domains for examples but the one
 * that is there, and the registry that Kubernetes' documentation and tests use as one that is not there.
 */
const unresolvable =
  /((^|\.)(invalid|test|example)|^(?!www\.)[\w.-]+\.example\.(com|net|org)|^invalid\.registry\.k8s\.io)(:\d+)?$/;

/** Why an image cannot be pulled, in containerd's words; undefined when it can. `text` is what the Pod says. */
export function pullRefusal(
  text: string,
  reference: ImageReference,
  image: Image | undefined,
): string | undefined {
  const { registry, repository, tag } = reference;
  const name = registry === 'docker.io' ? formatReference(reference) : text;
  const failed = `failed to pull and unpack image "${name}": failed to resolve reference "${name}"`;
  const host = registry.replace(/:\d+$/, '');
  if (unresolvable.test(registry)) {
    const manifest = `https://${registry}/v2/${repository}/manifests/${reference.digest ?? tag ?? 'latest'}`;
    return `${failed}: failed to do request: Head "${manifest}": dial tcp: lookup ${host} on 172.18.0.1:53: no such host`;
  }
  if (!image)
    return `${failed}: pull access denied, repository does not exist or may require authorization: the embedded cluster does not simulate the image "${repository}"; use a kind cluster for that`;
  if (tag !== undefined && !image.hasTag(upstreamTag(reference))) return `${failed}: ${name}: not found`;
  return undefined;
}
