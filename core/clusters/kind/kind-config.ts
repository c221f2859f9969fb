import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { showProblem } from '../../content/content-problems';
import { readAllYaml } from '../../content/read-yaml';
import { PodlabError } from '../../errors';

const documented = 'kind.sigs.k8s.io/docs/user/configuration';

/** What makes a file a configuration of kind, which has one version. What its other fields mean is kind's business. */
const header = z.looseObject({
  kind: z.literal('Cluster'),
  apiVersion: z.literal('kind.x-k8s.io/v1alpha4'),
  name: z.string().optional(),
});

/**
 * Looks whether the file that PODLAB_KIND_CONFIG names can be a kind configuration. Returns the name in it, which
 * `kind --name` overrides. Throws PodlabError `cluster-unavailable` with file and line.
 */
export async function readKindConfig(file: string): Promise<{ name: string | undefined }> {
  const text = await readFile(file, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    throw wrong(`${file} cannot be read (${cause.code})`, { cause });
  });
  // kind reads the first document and no other.
  const [first] = readAllYaml(text, file);
  if (!first) throw wrong(`${file} is empty`);
  const { document, finder } = first;
  const parsed = finder.problems.length === 0 ? header.safeParse(document.toJS()) : undefined;
  if (parsed?.success) return { name: parsed.data.name };
  for (const issue of parsed?.error.issues ?? []) finder.addIssue(issue, [], () => []);
  throw wrong(finder.problems.map(showProblem).join('; '));
}

/** What kind printed about the file, as `file:line: what`; undefined when it was about something else. */
export function kindConfigFailure(file: string, output: string): PodlabError | undefined {
  if (!/unable to decode config|unknown (apiVersion|kind) |invalid configuration/i.test(output))
    return undefined;
  const places = [...output.matchAll(/^\s*(?:.*yaml: )?line (\d+): (.+)$/gm)].map(
    ([, line, says]) => `${file}:${line}: ${says}`,
  );
  const said = /ERROR: (?:failed to create cluster: )?(.+)/.exec(output)?.[1];
  const cause = new Error(output.slice(-4000));
  return wrong(places.length > 0 ? places.join('; ') : `${file}: ${said}`, { cause });
}

function wrong(says: string, options?: { cause?: unknown }): PodlabError {
  return new PodlabError(
    'cluster-unavailable',
    `The kind configuration is wrong: ${says}.`,
    `Correct the file that PODLAB_KIND_CONFIG names (${documented}), or use the embedded cluster.`,
    503,
    options,
  );
}
