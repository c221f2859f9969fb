export interface Heading {
  id: string;
  text: string;
}

interface Node {
  type: string;
  tagName?: string;
  value?: string;
  properties?: Record<string, unknown>;
  children?: Node[];
}

/** Rehype plugin: gives each h2 and h3 an id made of its words, and notes the h2s in `found`. */
export function headingIds(found: Heading[]) {
  return (tree: Node) => {
    const taken = new Set<string>();
    const visit = (node: Node) => {
      if (node.tagName === 'h2' || node.tagName === 'h3') {
        const text = textOf(node);
        const id = unique(slug(text), taken);
        node.properties = { ...node.properties, id };
        if (node.tagName === 'h2') found.push({ id, text });
      }
      node.children?.forEach(visit);
    };
    visit(tree);
  };
}

function textOf(node: Node): string {
  return node.value ?? (node.children ?? []).map(textOf).join('');
}

function slug(text: string): string {
  return text
    .toLowerCase()
    .normalize('NFKD')
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '');
}

function unique(id: string, taken: Set<string>): string {
  let candidate = id;
  for (let n = 2; taken.has(candidate); n++) candidate = `${id}-${n}`;
  taken.add(candidate);
  return candidate;
}
