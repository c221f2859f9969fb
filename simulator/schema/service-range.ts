/** Where the addresses of Services come from (--service-cluster-ip-range). */
export const SERVICE_RANGE = '10.96.0.0/16';
export const SERVICE_RANGE_PREFIX = '10.96.';
