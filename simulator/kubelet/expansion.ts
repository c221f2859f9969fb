/**
 * Replaces `$(NAME)` by its value; `$$` stands for one `$`, and a reference to a name that is not there stays as it is
 * (third_party/forked/golang/expansion).
 */
export function expand(text: string, values: ReadonlyMap<string, string>): string {
  return text.replace(/\$(\$|\(([^()]*)\))/g, (whole, kind: string, name: string | undefined) => {
    if (kind === '$') return '$';
    return values.get(name ?? '') ?? whole;
  });
}

/** Names of a text's references that have no value, or an empty one: subPathExpr must not have any (ExpandContainerVolumeMounts). */
export function unresolved(text: string, values: ReadonlyMap<string, string>): string[] {
  const names = new Set<string>();
  for (const match of text.matchAll(/\$(?:\$|\(([^()]*)\))/g)) {
    const name = match[1];
    if (name !== undefined && !values.get(name)) names.add(name);
  }
  return [...names].sort();
}
