/** A step of a path: a field, an index, or a filter such as `?(@.type=="Ready")`. */
const STEP =
  /^(?:\.((?:\\.|[^.[\]\\])+)|\['((?:\\.|[^'\\])+)'\]|\[(-?\d+|\*)\]|\[\?\(@\.([\w.-]+)\s*==\s*["']([^"']*)["']\)\])/;

/** Whether a path is one that is understood: as k8s.io/client-go/util/jsonpath takes it, for printer columns and scale. */
export function isJsonPath(path: string): boolean {
  let rest = path.startsWith('.') || path.startsWith('[') ? path : `.${path}`;
  while (rest !== '') {
    const step = STEP.exec(rest);
    if (!step) return false;
    rest = rest.slice(step[0].length);
  }
  return true;
}

/** The values at a path of an object; [] when there are none. */
export function valuesAt(object: unknown, path: string): unknown[] {
  let values: unknown[] = [object];
  let rest = path;
  for (let step = STEP.exec(rest); step; step = STEP.exec(rest)) {
    const [whole, plain, quoted, index, field, wanted] = step;
    rest = rest.slice(whole.length);
    const name = (plain ?? quoted)?.replace(/\\(.)/g, '$1');
    values = values.flatMap((value) => {
      if (name !== undefined) return present(fieldOf(value, name));
      if (!Array.isArray(value)) return [];
      if (index === '*') return value;
      if (index !== undefined) return present(value.at(Number(index)));
      return value.filter((item) => String(valuesAt(item, `.${field}`)[0]) === wanted);
    });
  }
  return values;
}

/** Sets the value at a path of plain fields, in place. */
export function setAt(object: Record<string, unknown>, path: string, value: unknown): void {
  const names = path.split('.').slice(1);
  let target = object;
  for (const name of names.slice(0, -1)) {
    const next = fieldOf(target, name);
    const inner = typeof next === 'object' && next !== null ? { ...next } : {};
    target[name] = inner;
    target = inner as Record<string, unknown>;
  }
  target[names.at(-1) ?? ''] = value;
}

function fieldOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, name)
    ? (value as Record<string, unknown>)[name]
    : undefined;
}

function present(value: unknown): unknown[] {
  return value === undefined || value === null ? [] : [value];
}
