import type { PodFigureData } from '../../core/content/lesson-schema';

/** What a learner will have built by the third lab. */
export const heroFigure: PodFigureData = {
  kind: 'pod',
  title: 'A Pod you will build',
  caption: 'A web server, a log shipper beside it, and what the two share.',
  pod: { name: 'web', ip: '10.244.1.7' },
  containers: [
    { name: 'web', image: 'nginx:1.27-alpine', role: 'main', port: 80, does: 'serves pages' },
    { name: 'log-shipper', image: 'busybox:1.36', role: 'sidecar', does: 'reads its log' },
  ],
  volumes: [
    {
      name: 'logs',
      type: 'emptyDir',
      mounts: [
        { container: 'web', path: '/var/log/nginx', readOnly: false },
        { container: 'log-shipper', path: '/logs', readOnly: true },
      ],
    },
  ],
  talk: [{ from: 'outside', to: 'web', label: ':80' }],
};
