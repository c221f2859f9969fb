import { isMap, isScalar, LineCounter, parseDocument, visit } from 'yaml';

/**
 * Fields that stand twice in one object of a body, in the words of a strict decoder (sigs.k8s.io/json UnmarshalStrict and
 * sigs.k8s.io/yaml YAMLToJSONStrict): the last of them counts. [] when there are none, or when the text is malformed.
 */
export function duplicateFields(contentType: string | undefined, text: string): string[] {
  return /yaml/.test(contentType ?? '') && !/^\s*\{/.test(text) ? inYaml(text) : inJson(text);
}

const TOKEN = /"(?:[^"\\]|\\.)*"|[{}[\],:]/gs;

/** An object or a list that is open at some place of a JSON text. */
interface Open {
  path: string;
  /** Names met so far; undefined in a list. */
  names?: Set<string>;
  index: number;
  /** Of the value that comes next. */
  child: string;
  expectsName: boolean;
}

function inJson(text: string): string[] {
  const found: string[] = [];
  const stack: Open[] = [];
  for (const [token] of text.matchAll(TOKEN)) {
    const top = stack.at(-1);
    switch (token) {
      case '{':
        stack.push({ path: top?.child ?? '', names: new Set(), index: 0, child: '', expectsName: true });
        break;
      case '[': {
        const path = top?.child ?? '';
        stack.push({ path, index: 0, child: `${path}[0]`, expectsName: false });
        break;
      }
      case '}':
      case ']':
        stack.pop();
        break;
      case ',':
        if (!top) break;
        top.index += 1;
        if (top.names) top.expectsName = true;
        else top.child = `${top.path}[${top.index}]`;
        break;
      case ':':
        break;
      default: {
        if (!top?.names || !top.expectsName) break;
        top.expectsName = false;
        const name = nameOf(token);
        top.child = top.path ? `${top.path}.${name}` : name;
        if (top.names.has(name)) found.push(`duplicate field "${top.child}"`);
        top.names.add(name);
      }
    }
  }
  return [...new Set(found)];
}

function nameOf(token: string): string {
  try {
    return JSON.parse(token) as string;
  } catch {
    return token.slice(1, -1);
  }
}

function inYaml(text: string): string[] {
  const lineCounter = new LineCounter();
  const document = parseDocument(text, { version: '1.1', merge: true, uniqueKeys: false, lineCounter });
  const lines: string[] = [];
  visit(document, {
    Map(_, map) {
      if (!isMap(map)) return;
      const names = new Set<string>();
      for (const { key } of map.items) {
        if (!isScalar(key)) continue;
        const name = String(key.value);
        const { line } = lineCounter.linePos(key.range?.[0] ?? 0);
        if (names.has(name)) lines.push(`  line ${line}: key "${name}" already set in map`);
        names.add(name);
      }
    },
  });
  return lines.length > 0 ? [['yaml: unmarshal errors:', ...lines].join('\n')] : [];
}
