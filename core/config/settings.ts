import { totalmem } from 'node:os';
import { z } from 'zod';

/** One environment variable: what it is for, what it may hold, and what it is when unset. */
export interface Setting<T> {
  says: string;
  /** Shown in the documentation; the value itself is `schema.parse(undefined)` or worked out in load-config. */
  default: string;
  /** Completes "Set it to …". */
  expected: string;
  schema: z.ZodType<T>;
  /** Hides what must not be printed (passwords). */
  shown?: (value: string) => string;
}

const setting = <T>(of: Setting<T>): Setting<T> => of;

const digits = z.string().regex(/^\d+$/).transform(Number);
const whole = (least: number, most: number, otherwise: number) =>
  z
    .union([digits.pipe(z.number().min(least).max(most)), z.undefined()])
    .transform((value) => value ?? otherwise);
const path = z.string().optional();
const sandboxes = ['auto', 'bubblewrap', 'none'] as const;
const clusters = ['auto', 'embedded', 'kind', 'kubeconfig'] as const;

/** An idle session with its cluster and shell takes up to 40 MiB; the rest is for those that work. */
function placesInMemory(): number {
  const bytes = Math.min(totalmem(), process.constrainedMemory() || Number.POSITIVE_INFINITY);
  return Math.max(4, Math.floor(bytes / 2 / (40 * 1024 * 1024)));
}

/** Every environment variable that Podlab's server reads. The documentation is made from this table. */
export const settings = {
  PODLAB_PORT: setting({
    says: 'TCP port of the web server. 0 takes a free one and prints it.',
    default: '3000',
    expected: 'a whole number from 0 to 65535',
    schema: whole(0, 65535, 3000),
  }),
  PODLAB_HOST: setting({
    says: 'Address to listen on. Anything but a loopback address serves other people, and needs bubblewrap.',
    default: '127.0.0.1',
    expected: 'an IP address or a host name, such as 127.0.0.1 or 0.0.0.0',
    schema: z
      .string()
      .regex(/^[A-Za-z0-9.:_-]+$/)
      .default('127.0.0.1'),
  }),
  PODLAB_PUBLIC_URL: setting({
    says: 'Address at which browsers reach Podlab when that differs, behind a reverse proxy for instance. Its host is accepted besides the addresses of this machine.',
    default: 'unset',
    expected: 'an http or https URL without a path, such as https://podlab.school.example',
    schema: z
      .url({ protocol: /^https?$/ })
      .refine((text) => URL.canParse(text) && new URL(text).pathname === '/')
      .optional(),
  }),
  PODLAB_DATA: setting({
    says: 'Folder for the database, the working folders of labs, and saved screens.',
    default: '`.podlab` in the project’s folder',
    expected: 'the path of a folder that the server may write to',
    schema: path,
  }),
  DATABASE_URL: setting({
    says: 'Where progress is kept: a SQLite file or a PostgreSQL database. Of the parameters of a PostgreSQL URL, `sslmode`, `schema` and `host` (a folder with a socket) are followed.',
    default: '`file:` and `podlab.db` in the data folder',
    expected: 'file:/path/to/podlab.db or postgresql://user:password@host:5432/name',
    schema: z
      .string()
      .regex(/^(file:.|postgres(ql)?:\/\/.)/)
      .optional(),
    shown: (value) => value.replace(/:\/\/.*@/, '://[hidden]@').replace(/(password=)[^&]*/gi, '$1[hidden]'),
  }),
  PODLAB_CLUSTER: setting({
    says: 'What labs run on. `auto` takes kind when Docker (or Podman, or nerdctl) answers and `kind` is on the PATH, else the embedded cluster.',
    default: 'auto',
    expected: 'auto, embedded, kind or kubeconfig',
    schema: z.enum(clusters).default('auto'),
  }),
  PODLAB_KUBECONFIG: setting({
    says: 'kubeconfig file of the cluster that labs use when PODLAB_CLUSTER is `kubeconfig`. Its user must be allowed to make namespaces, quotas, roles and service accounts. Read again whenever it changes.',
    default: 'unset',
    expected: 'the path of a kubeconfig file',
    schema: path,
  }),
  PODLAB_KIND_CLUSTER: setting({
    says: 'Name of the kind cluster to create or to use.',
    default: 'podlab',
    expected: 'lower-case letters, digits, dots and hyphens, as kind wants it',
    schema: z
      .string()
      .regex(/^[a-z0-9.-]+$/)
      .default('podlab'),
  }),
  PODLAB_KIND_IMAGE: setting({
    says: 'Node image for a new kind cluster.',
    default: 'kind’s own',
    expected: 'an image reference, such as kindest/node:v1.36.0',
    schema: z.string().regex(/^\S+$/).optional(),
  }),
  PODLAB_KIND_CONFIG: setting({
    says: 'kind configuration file for a new cluster, given to `kind create cluster` as it is. PODLAB_KIND_CLUSTER overrides the name in it, PODLAB_KIND_IMAGE the image of every node; a cluster that is there already is not changed.',
    default: 'unset',
    expected: 'the path of a kind configuration file',
    schema: path,
  }),
  PODLAB_KUBECTL: setting({
    says: 'The kubectl that learners use. `npm start` finds or fetches one.',
    default: 'the first on the PATH',
    expected: 'the path of a kubectl program, version 1.30 or newer',
    schema: path,
  }),
  PODLAB_SANDBOX: setting({
    says: 'How learners’ shells are shut in. `auto` uses bubblewrap where it works, else none; `bubblewrap` refuses to start without it.',
    default: 'auto',
    expected: 'auto, bubblewrap or none',
    schema: z.enum(sandboxes).default('auto'),
  }),
  PODLAB_SHELLS_PER_SESSION: setting({
    says: 'Most terminals in one lab session.',
    default: '8',
    expected: 'a whole number from 1 to 50',
    schema: whole(1, 50, 8),
  }),
  PODLAB_SHELL_IDLE_MINUTES: setting({
    says: 'A terminal in which nobody typed and nothing was printed for this long ends.',
    default: '240',
    expected: 'a whole number of minutes from 1 to 100000',
    schema: whole(1, 100_000, 240),
  }),
  PODLAB_SHELL_ABANDONED_MINUTES: setting({
    says: 'A terminal that no browser has shown for this long ends, whatever runs in it.',
    default: '60',
    expected: 'a whole number of minutes from 1 to 100000',
    schema: whole(1, 100_000, 60),
  }),
  PODLAB_SESSIONS: setting({
    says: 'Most lab sessions open at once, of all learners. One more is refused with a sentence, and none that is open suffers.',
    default: 'one for every 40 MiB of half of the memory that the server may use',
    expected: 'a whole number from 1 to 100000',
    schema: whole(1, 100_000, placesInMemory()),
  }),
  PODLAB_SESSION_IDLE_MINUTES: setting({
    says: 'A lab session that nobody used for this long ends. Its grade stays.',
    default: '480',
    expected: 'a whole number of minutes from 1 to 100000',
    schema: whole(1, 100_000, 480),
  }),
};

export type SettingName = keyof typeof settings;
export type SettingValues = { [N in SettingName]: z.infer<(typeof settings)[N]['schema']> };
