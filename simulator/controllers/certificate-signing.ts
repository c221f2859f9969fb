import { signCertificate } from '../certificate';
import { type CertificateRequest, readCertificateRequest } from '../certificate-request';
import type { CertificateSigningRequest } from '../schema/types';
import { type ControllerContext, type StopController, timestamp } from './controller';
import { WorkQueue } from './work-queue';

const REQUESTS = 'certificatesigningrequests.certificates.k8s.io';
const YEAR_SECONDS = 365 * 86_400;
const SHORT_SECONDS = 8 * 3600;
const BACKDATED_MS = 5 * 60_000;
/** After so long nobody looks at a request any more: decided and done, or left alone. */
const DONE_MS = 3600_000;
const LEFT_MS = 24 * 3600_000;

/** What is wrong with a request for one of Kubernetes' own signers; '' when it will do. */
const SIGNERS: Readonly<Record<string, (request: CertificateRequest, usages: readonly string[]) => string>> =
  {
    'kubernetes.io/kube-apiserver-client': (_, usages) => {
      const odd = usages.find(
        (usage) => !['client auth', 'digital signature', 'key encipherment'].includes(usage),
      );
      if (odd) return `invalid usage for client certificate: ${odd}`;
      return usages.includes('client auth')
        ? ''
        : 'missing required usage for client certificate: client auth';
    },
    'kubernetes.io/kube-apiserver-client-kubelet': (request, usages) => {
      if (request.dnsNames) return 'DNS subjectAltNames are not allowed';
      if (request.emailAddresses) return 'Email subjectAltNames are not allowed';
      if (request.ipAddresses) return 'IP subjectAltNames are not allowed';
      if (request.uris) return 'URI subjectAltNames are not allowed';
      return nodeProblem(request, usages, 'client auth');
    },
    'kubernetes.io/kubelet-serving': (request, usages) => {
      if (!request.dnsNames && !request.ipAddresses) return 'DNS or IP subjectAltName is required';
      if (request.emailAddresses) return 'Email subjectAltNames are not allowed';
      if (request.uris) return 'URI subjectAltNames are not allowed';
      return nodeProblem(request, usages, 'server auth');
    },
  };

function nodeProblem(
  { commonName, organizations }: CertificateRequest,
  usages: readonly string[],
  purpose: string,
): string {
  if (organizations.join() !== 'system:nodes') return 'subject organization is not system:nodes';
  if (!commonName.startsWith('system:node:')) return 'subject common name does not begin with system:node:';
  const given = usages.filter((usage) => usage !== 'key encipherment').sort();
  const wanted = [purpose, 'digital signature'].sort();
  const all = [...wanted, 'key encipherment'].sort();
  return given.join() === wanted.join() ? '' : `usages did not match [${all.join(' ')}]`;
}

/** Signs what is approved with the cluster's authority, and clears away what is old (csrsigning, csrcleaner). */
export function startCertificateSigningController(context: ControllerContext): StopController {
  const { client, clock } = context;
  const work = (name: string): void => {
    const request = client.get(REQUESTS, '', name);
    if (!request) return;
    const left = endOf(request) - clock.now();
    if (left <= 0) {
      client.delete(REQUESTS, '', name);
      return;
    }
    queue.addAfter(name, left);
    const status = answer(request, context);
    if (status) client.updateStatus(REQUESTS, { ...structuredClone(request), status });
  };
  const queue = new WorkQueue(clock, work, context.onError);
  const stop = client.watch(REQUESTS, {}, ({ object }) => queue.add(object.metadata.name ?? ''));
  return () => {
    stop();
    queue.stop();
  };
}

/** When a request has been there for long enough. */
function endOf({ metadata, status }: CertificateSigningRequest): number {
  const decided = status?.conditions?.find(({ type }) => type !== 'Approved' || status.certificate);
  const approved = status?.conditions?.find(({ type }) => type === 'Approved');
  const since = decided?.lastUpdateTime ?? approved?.lastUpdateTime ?? metadata.creationTimestamp ?? '';
  return Date.parse(since) + (decided ? DONE_MS : LEFT_MS);
}

/** The status of a request that is now signed or has failed; undefined when it is none of ours or not yet its turn. */
function answer(
  { spec, status }: CertificateSigningRequest,
  { clock, authority }: ControllerContext,
): CertificateSigningRequest['status'] {
  const has = (type: string) => status?.conditions?.some((condition) => condition.type === type) ?? false;
  const problemOf = SIGNERS[spec.signerName];
  if (!problemOf || !has('Approved') || has('Denied') || has('Failed') || status?.certificate)
    return undefined;
  const request = readCertificateRequest(Buffer.from(spec.request, 'base64').toString());
  const usages = spec.usages ?? [];
  const message = problemOf(request, usages);
  if (message) {
    const now = timestamp(clock.now());
    const failed = {
      type: 'Failed',
      status: 'True',
      reason: 'SignerValidationFailure',
      message,
      lastUpdateTime: now,
    };
    return { ...status, conditions: [...(status?.conditions ?? []), failed] };
  }
  const seconds = Math.min(spec.expirationSeconds ?? YEAR_SECONDS, YEAR_SECONDS);
  // Not the cluster's clock: TLS judges certificates by that of the machine.
  const from = Date.now() - BACKDATED_MS;
  const to = from + seconds * 1000 + (seconds < SHORT_SECONDS ? BACKDATED_MS : 0);
  const certificate = signCertificate(authority, {
    subject: request.subject,
    publicKey: request.publicKey,
    ...(request.subjectAltNames ? { subjectAltNames: request.subjectAltNames } : {}),
    forServer: usages.includes('server auth'),
    encipherment: usages.includes('key encipherment'),
    validity: { from: new Date(from), to: new Date(to) },
  });
  return { ...status, certificate: Buffer.from(certificate).toString('base64') };
}
