import { readCertificateRequest } from '../../certificate-request';
import type { CertificateSigningRequest } from '../../schema/types';
import type { FieldError } from '../extension-points';
import { at, duplicate, forbidden, invalid, notSupported, required, tooLong } from './field-error';
import { dns1123Label, dns1123Subdomain } from './names';

const USAGES = [
  'any',
  'cert sign',
  'client auth',
  'code signing',
  'content commitment',
  'crl sign',
  'data encipherment',
  'decipher only',
  'digital signature',
  'email protection',
  'encipher only',
  'ipsec end system',
  'ipsec tunnel',
  'ipsec user',
  'key agreement',
  'key encipherment',
  'microsoft sgc',
  'netscape sgc',
  'ocsp signing',
  's/mime',
  'server auth',
  'signing',
  'timestamping',
];
const SHORTEST_SECONDS = 600;
const LONGEST_DOMAIN = 253;
const CONDITIONS = 'status.conditions';
/** Conditions that are true or not there, and once there stay. */
const FINAL = ['Approved', 'Denied', 'Failed'];

/** pkg/apis/certificates/validation. */
export function validateSigningRequest({ spec, status }: CertificateSigningRequest): FieldError[] {
  const { usages = [], expirationSeconds: seconds } = spec;
  return [
    ...requestErrors(spec.request),
    ...(usages.length === 0 ? [required('spec.usages')] : []),
    ...usages.flatMap((usage, index) =>
      USAGES.includes(usage) ? [] : [notSupported(at('spec.usages', index), usage, USAGES)],
    ),
    ...usages.flatMap((usage, index) =>
      usages.indexOf(usage) < index ? [duplicate(at('spec.usages', index), usage)] : [],
    ),
    ...signerErrors(spec.signerName),
    ...(seconds !== undefined && seconds < SHORTEST_SECONDS
      ? [
          invalid(
            'spec.expirationSeconds',
            seconds,
            'may not specify a duration less than 600 seconds (10 minutes)',
          ),
        ]
      : []),
    ...conditionErrors(status?.conditions ?? []),
  ];
}

/** `approval` may decide, `status` may bring the certificate; the request itself stays what it is. */
export function validateSigningRequestUpdate(
  object: CertificateSigningRequest,
  old: CertificateSigningRequest,
  subresource: string,
): FieldError[] {
  const errors = validateSigningRequest(object);
  const counts = (type: string) =>
    [object, old].map(({ status }) => status?.conditions?.filter((each) => each.type === type).length ?? 0);
  for (const type of FINAL) {
    const [now = 0, before = 0] = counts(type);
    if (now < before)
      errors.push(forbidden(CONDITIONS, `updates may not remove a condition of type "${type}"`));
  }
  if (subresource !== 'approval')
    for (const type of ['Approved', 'Denied']) {
      const [now = 0, before = 0] = counts(type);
      if (now > before)
        errors.push(forbidden(CONDITIONS, `updates may not add a condition of type "${type}"`));
    }
  if (old.status?.certificate && object.status?.certificate !== old.status.certificate)
    errors.push(forbidden('status.certificate', 'updates may not modify existing certificate content'));
  return errors;
}

function requestErrors(request: string): FieldError[] {
  try {
    readCertificateRequest(Buffer.from(request ?? '', 'base64').toString());
    return [];
  } catch (error) {
    return [invalid('spec.request', request ?? null, error instanceof Error ? error.message : String(error))];
  }
}

type Condition = NonNullable<NonNullable<CertificateSigningRequest['status']>['conditions']>[number];

function conditionErrors(conditions: readonly Condition[]): FieldError[] {
  const errors: FieldError[] = [];
  const seen = new Set<string>();
  for (const [index, { type, status }] of conditions.entries()) {
    const path = at(CONDITIONS, index);
    const values = FINAL.includes(type) ? ['True'] : ['False', 'True', 'Unknown'];
    if (!type) errors.push(required(`${path}.type`));
    if (!status) errors.push(required(`${path}.status`));
    else if (!values.includes(status)) errors.push(notSupported(`${path}.status`, status, values));
    if ((type === 'Approved' && seen.has('Denied')) || (type === 'Denied' && seen.has('Approved')))
      errors.push(invalid(CONDITIONS, type, 'Approved and Denied conditions are mutually exclusive'));
    if (seen.has(type)) errors.push(duplicate(`${path}.type`, type));
    seen.add(type);
  }
  return errors;
}

function signerErrors(name: string): FieldError[] {
  const path = 'spec.signerName';
  if (!name) return [required(path)];
  if (name === 'kubernetes.io/legacy-unknown')
    return [invalid(path, name, 'the legacy signerName is not allowed via this API version')];
  const [domain = '', signer = '', ...more] = name.split('/');
  if (more.length > 0 || !name.includes('/'))
    return [
      invalid(path, name, "must be a fully qualified domain and path of the form 'example.com/signer-name'"),
    ];
  const labels = domain.split('.');
  const told = (part: string, names: readonly string[], rule: (text: string) => string[]) => {
    const bad = names.find((each) => rule(each).length > 0);
    return bad === undefined
      ? []
      : rule(bad).map((text) => invalid(path, part, `validating label ${JSON.stringify(bad)}: ${text}`));
  };
  return [
    ...(domain.length > LONGEST_DOMAIN ? [tooLong(path, LONGEST_DOMAIN)] : []),
    ...told(domain, labels, dns1123Label),
    ...(labels.length < 2
      ? [invalid(path, domain, 'should be a domain with at least two segments separated by dots')]
      : []),
    ...told(signer, signer.split('.'), dns1123Subdomain),
  ];
}
