interface Node {
  type: string;
  tagName?: string;
  value?: string;
  properties?: Record<string, unknown>;
  children?: Node[];
}

/** What a lab's text says of a variable of its session: `${port}`. */
export const valuePlace = /\$\{([A-Za-z][A-Za-z0-9]*)\}/g;
/** The same as one word, which a syntax highlighter leaves in one piece. */
const mark = /xValueOf([A-Za-z][A-Za-z0-9]*?)Endx/;

/** Rehype plugin, before the highlighter: turns `${port}` into a word of letters. */
export function markValues() {
  return (tree: Node) => visit(tree);
  function visit(node: Node): void {
    if (node.type === 'text') node.value = node.value?.replace(valuePlace, 'xValueOf$1Endx');
    node.children?.forEach(visit);
  }
}

/** Rehype plugin, after the highlighter: puts `<var data-name="port">` in the place of each mark. */
export function placeValues() {
  return (tree: Node) => visit(tree);
  function visit(node: Node): void {
    node.children = node.children?.flatMap((child) => {
      visit(child);
      return child.type === 'text' ? pieces(child.value ?? '') : [child];
    });
  }
}

function pieces(text: string): Node[] {
  return text.split(mark).flatMap((part, at): Node[] => {
    if (at % 2 === 1)
      return [{ type: 'element', tagName: 'var', properties: { dataName: part }, children: [] }];
    return part === '' ? [] : [{ type: 'text', value: part }];
  });
}
