import type { CertificateSigningRequest } from '../../schema/types';
import { humanDuration } from './human-duration';
import { ageOf, columns, type Printer } from './printer';

export const signingRequestPrinter: Printer<CertificateSigningRequest> = {
  columns: columns('Name', 'Age', 'SignerName', 'Requestor', 'RequestedDuration', 'Condition'),
  cells: ({ metadata, spec, status }, now) => [
    metadata.name,
    ageOf(metadata, now),
    spec.signerName || '<none>',
    spec.username ?? '',
    spec.expirationSeconds === undefined ? '<none>' : humanDuration(spec.expirationSeconds * 1000),
    standing(status),
  ],
};

function standing(status: CertificateSigningRequest['status']): string {
  const has = (type: string) => status?.conditions?.some((condition) => condition.type === type) ?? false;
  const decision = has('Denied') ? 'Denied' : has('Approved') ? 'Approved' : 'Pending';
  return [decision, ...(has('Failed') ? ['Failed'] : []), ...(status?.certificate ? ['Issued'] : [])].join();
}
