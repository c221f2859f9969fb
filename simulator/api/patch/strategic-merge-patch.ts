import { modelOf } from '../../schema/client-models';
import { LIST_RULES, type ListRule } from '../../schema/merge-keys';
import { fieldType } from '../../schema/schema';
import { deepEqual } from '../deep-equal';
import { badRequest } from '../refusals';
import { isObject } from './merge-patch';

type Fields = Record<string, unknown>;

const DELETE_FROM_LIST = '$deleteFromPrimitiveList/';
const ELEMENT_ORDER = '$setElementOrder/';

/**
 * apimachinery's strategic merge patch: like a merge patch, but lists with a merge key are merged item by item, and
 * directives ($patch, $retainKeys, $setElementOrder/…, $deleteFromPrimitiveList/…) are obeyed. `model` is the class of
 * the object; throws 400 BadRequest for a patch that makes no sense.
 */
export function strategicMergePatch(model: string | undefined, target: unknown, patch: Fields): Fields {
  const directive = patch['$patch'];
  if (directive === 'replace') return without(patch, '$patch');
  if (directive === 'delete') return {};
  if (directive !== undefined && directive !== 'merge') {
    throw badRequest(`Unknown patch type: ${String(directive)}`);
  }
  let result: Fields = isObject(target) ? { ...target } : {};
  const retained = patch['$retainKeys'];
  if (Array.isArray(retained)) {
    result = Object.fromEntries(Object.entries(result).filter(([key]) => retained.includes(key)));
  }
  for (const [key, value] of Object.entries(patch)) {
    if (key === '$patch' || key === '$retainKeys' || key.startsWith(ELEMENT_ORDER)) continue;
    if (key.startsWith(DELETE_FROM_LIST)) {
      const field = key.slice(DELETE_FROM_LIST.length);
      const items = result[field];
      if (Array.isArray(items) && Array.isArray(value)) {
        result[field] = items.filter((item) => !value.includes(item));
      }
      continue;
    }
    if (value === null) {
      delete result[key];
      continue;
    }
    const type = model ? fieldType(model, key) : undefined;
    const rule = model ? LIST_RULES[model]?.[key] : undefined;
    if (Array.isArray(value)) {
      result[key] = mergeList(type, rule, result[key], value, key);
    } else if (isObject(value)) {
      result[key] = strategicMergePatch(type ? modelOf(type) : undefined, result[key], value);
    } else {
      result[key] = value;
    }
  }
  for (const [key, order] of Object.entries(patch)) {
    if (!key.startsWith(ELEMENT_ORDER) || !Array.isArray(order)) continue;
    const field = key.slice(ELEMENT_ORDER.length);
    const rule = model ? LIST_RULES[model]?.[field] : undefined;
    const items = result[field];
    const before = isObject(target) && Array.isArray(target[field]) ? target[field] : [];
    if (Array.isArray(items) && rule?.patchKey !== undefined) {
      result[field] = ordered(items, order, before, rule.patchKey);
    }
  }
  return result;
}

function mergeList(
  type: string | undefined,
  rule: ListRule | undefined,
  target: unknown,
  patch: unknown[],
  field: string,
): unknown[] {
  const items = Array.isArray(target) ? [...target] : [];
  if (rule?.patchKey === undefined) return patch.filter((item) => !isDirective(item));
  const before = [...items];
  if (rule.patchKey === '') {
    for (const item of patch) if (!items.includes(item)) items.push(item);
    return ordered(items, patch, before, '');
  }
  const key = rule.patchKey;
  if (patch.some((item) => isObject(item) && item['$patch'] === 'replace')) {
    return patch
      .filter((item) => !isDirective(item))
      .map((item) => (isObject(item) ? without(item, '$patch') : item));
  }
  const model = type ? modelOf(type) : undefined;
  for (const item of patch) {
    if (!isObject(item)) throw badRequest(`invalid patch: ${field} must hold objects`);
    const value = item[key];
    if (value === undefined) {
      throw badRequest(`map: map[] does not contain declared merge key: ${key}`);
    }
    const index = items.findIndex((each) => isObject(each) && deepEqual(each[key], value));
    if (item['$patch'] === 'delete') {
      if (index >= 0) items.splice(index, 1);
    } else if (index >= 0) {
      items[index] = strategicMergePatch(model, items[index], item);
    } else {
      items.push(strategicMergePatch(model, {}, item));
    }
  }
  return ordered(items, patch, before, key);
}

/**
 * Those of the items that `order` names stand in its order, the others in the one of `before`. Where the two meet, `before` says
 * which comes first, and what it does not know does (normalizeElementOrder): a container that a patch adds stands first.
 */
function ordered(
  items: readonly unknown[],
  order: readonly unknown[],
  before: readonly unknown[],
  key: string,
): unknown[] {
  const identity = (item: unknown): unknown => (key && isObject(item) ? item[key] : item);
  const placeIn = (list: readonly unknown[]) => {
    const names = list.map(identity);
    return (item: unknown): number => names.findIndex((each) => deepEqual(each, identity(item)));
  };
  const [wanted, known] = [placeIn(order), placeIn(before)];
  const named = items.filter((item) => wanted(item) >= 0).sort((a, b) => wanted(a) - wanted(b));
  const others = items.filter((item) => wanted(item) < 0).sort((a, b) => known(a) - known(b));
  const result: unknown[] = [];
  for (const item of named) {
    while (others.length > 0 && known(item) >= 0 && known(others[0]) < known(item))
      result.push(others.shift());
    result.push(item);
  }
  return [...result, ...others];
}

function isDirective(item: unknown): boolean {
  return isObject(item) && '$patch' in item && Object.keys(item).length === 1;
}

function without(fields: Fields, key: string): Fields {
  const { [key]: _removed, ...rest } = fields;
  return rest;
}
