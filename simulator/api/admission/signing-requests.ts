import { isDeepStrictEqual } from 'node:util';
import { readCertificateRequest } from '../../certificate-request';
import { resourceByName } from '../../schema/resources';
import type { CertificateSigningRequest } from '../../schema/types';
import { decide } from '../authorization/rbac';
import type { Client } from '../client';
import { forbidden } from '../refusals';
import type { AdmissionRequest } from './request';

const RESOURCE = 'certificatesigningrequests.certificates.k8s.io';
const CLIENT_SIGNER = 'kubernetes.io/kube-apiserver-client';

/** Who asks is written down, whatever the request says (certificates strategy). */
export function nameRequester({ object, user }: AdmissionRequest): void {
  const request = object as CertificateSigningRequest;
  const { username: _name, uid: _uid, groups: _groups, extra: _extra, ...spec } = request.spec ?? {};
  request.spec = {
    ...spec,
    username: user.name,
    groups: user.groups,
    ...(user.uid ? { uid: user.uid } : {}),
    ...(user.extra ? { extra: user.extra } : {}),
  };
}

/** CertificateSubjectRestriction, CertificateApproval and CertificateSigning. */
export function checkSigningRequest(request: AdmissionRequest, client: Client): void {
  const { subresource, name } = request;
  const object = request.object as CertificateSigningRequest;
  const old = request.oldObject as CertificateSigningRequest | undefined;
  const refuse = (text: string) => forbidden(resourceByName(RESOURCE), name, text);
  if (!subresource) {
    if (object.spec.signerName !== CLIENT_SIGNER) return;
    const { organizations } = readCertificateRequest(Buffer.from(object.spec.request, 'base64').toString());
    if (organizations.includes('system:masters'))
      throw refuse(`use of ${CLIENT_SIGNER} signer with system:masters group is not allowed`);
    return;
  }
  if (!old) return;
  const signer = old.spec.signerName;
  if (subresource === 'approval' && !mayUse(request, client, 'approve', signer))
    throw refuse(`user not permitted to approve requests with signerName "${signer}"`);
  if (
    subresource === 'status' &&
    !isDeepStrictEqual(object.status, old.status) &&
    !mayUse(request, client, 'sign', signer)
  )
    throw refuse(`user not permitted to sign requests with signerName "${signer}"`);
}

/** A verb on a signer, or on all of its domain. */
function mayUse({ user }: AdmissionRequest, client: Client, verb: string, signer: string): boolean {
  const objects = {
    list: (resource: Parameters<Client['list']>[0], namespace?: string) =>
      client.list(resource, namespace === undefined ? {} : { namespace }),
    get: client.get.bind(client),
  };
  return [signer, `${signer.split('/')[0]}/*`].some(
    (name) =>
      decide(objects, user, {
        verb,
        group: 'certificates.k8s.io',
        version: '*',
        resource: 'signers',
        subresource: '',
        namespace: '',
        name,
      }).allowed,
  );
}
