import type { Ingress } from '../../schema/types';
import type { Client } from '../client';
import type { AdmissionRequest } from './request';

const DEFAULT_CLASS = 'ingressclass.kubernetes.io/is-default-class';
const OLD_ANNOTATION = 'kubernetes.io/ingress.class';

/** DefaultIngressClass: an Ingress that names no class gets the cluster's, when there is one. */
export function setDefaultIngressClass({ object }: AdmissionRequest, client: Client): void {
  const { metadata, spec } = object as Ingress;
  if (!spec || spec.ingressClassName !== undefined || metadata.annotations?.[OLD_ANNOTATION]) return;
  const found = client
    .list('ingressclasses.networking.k8s.io')
    .find(({ metadata: its }) => its.annotations?.[DEFAULT_CLASS] === 'true');
  if (found) spec.ingressClassName = found.metadata.name;
}
