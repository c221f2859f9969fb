import type { JsonSchema, ValidationRule } from '../../schema/custom-type';
import { CelError, compile } from '../custom/cel';
import { undefinedField } from '../custom/rules';
import type { FieldError } from '../extension-points';
import { at, forbidden, invalid, notSupported, required } from './field-error';

const REASONS = ['FieldValueDuplicate', 'FieldValueForbidden', 'FieldValueInvalid', 'FieldValueRequired'];

/** The rules in CEL that a schema has at one place: said completely, and expressions that there can be. */
export function validateRules(
  schema: JsonSchema,
  path: string,
  isRoot: boolean,
  isFollowed: boolean,
): FieldError[] {
  const rules = schema['x-kubernetes-validations'] ?? [];
  const where = (index: number) => at(`${path}.x-kubernetes-validations`, index);
  const errors = rules.flatMap((rule, index) => formErrors(rule, where(index)));
  if (errors.length > 0) return errors;
  return rules.flatMap((rule, index) => expressionErrors(rule, schema, where(index), isRoot, isFollowed));
}

function formErrors(
  { rule, message, messageExpression, reason, fieldPath }: ValidationRule,
  path: string,
): FieldError[] {
  const errors: FieldError[] = [];
  if (!rule?.trim()) errors.push(required(`${path}.rule`, 'rule is not specified'));
  else if (message && !message.trim())
    errors.push(invalid(`${path}.message`, message, 'must be non-empty if specified'));
  else if (message?.trim().includes('\n'))
    errors.push(invalid(`${path}.message`, message, 'must not contain line breaks'));
  else if (rule.trim().includes('\n') && !message?.trim())
    errors.push(required(`${path}.message`, 'message must be specified if rule contains line breaks'));
  if (messageExpression && !messageExpression.trim())
    errors.push(required(`${path}.messageExpression`, 'messageExpression must be non-empty if specified'));
  if (reason !== undefined && !REASONS.includes(reason))
    errors.push(notSupported(`${path}.reason`, reason, REASONS));
  if (fieldPath && !/^(\.[\w-]+|\['[^']*'\])+$/.test(fieldPath))
    errors.push(invalid(`${path}.fieldPath`, fieldPath, 'must be a valid path'));
  return errors;
}

function expressionErrors(
  rule: ValidationRule,
  schema: JsonSchema,
  path: string,
  isRoot: boolean,
  isFollowed: boolean,
): FieldError[] {
  const changes = /\boldSelf\b/.test(rule.rule);
  if (rule.optionalOldSelf !== undefined)
    return [
      forbidden(
        `${path}.optionalOldSelf`,
        'The embedded cluster does not simulate rules whose oldSelf is optional; use a kind cluster for that.',
      ),
    ];
  const told = (field: 'rule' | 'messageExpression', result: 'bool' | 'string'): FieldError[] => {
    const text = rule[field];
    if (!text) return [];
    const missing = undefinedField(schema, text, isRoot);
    const problem = missing
      ? compiled(text, missing.offset, `undefined field '${missing.name}'`)
      : problemOf(text, result, changes);
    return problem ? [invalid(`${path}.${field}`, internal(rule), problem)] : [];
  };
  return [
    ...told('rule', 'bool'),
    ...told('messageExpression', 'string'),
    ...(changes && !isFollowed
      ? [
          invalid(
            `${path}.rule`,
            rule.rule,
            'oldSelf cannot be used on the uncorrelatable portion of the schema',
          ),
        ]
      : []),
  ];
}

function problemOf(text: string, result: 'bool' | 'string', changes: boolean): string {
  try {
    compile(text, result, changes);
    return '';
  } catch (error) {
    if (!(error instanceof CelError)) throw error;
    return error.message.startsWith('must evaluate')
      ? error.message
      : compiled(text, error.offset, error.message);
  }
}

/** As CEL shows where: the line, and a caret below it. */
function compiled(text: string, offset: number, problem: string): string {
  const before = text.slice(0, offset).split('\n');
  const column = before.at(-1)?.length ?? 0;
  const line = text.split('\n')[before.length - 1] ?? '';
  return `compilation failed: ERROR: <input>:${before.length}:${column + 1}: ${problem}\n | ${line}\n | ${'.'.repeat(column)}^`;
}

/** The rule as the internal type of apiextensions has it. */
function internal({ rule, message, messageExpression, reason, fieldPath }: ValidationRule): unknown {
  return {
    Rule: rule,
    Message: message ?? '',
    MessageExpression: messageExpression ?? '',
    Reason: reason ?? null,
    FieldPath: fieldPath ?? '',
    OptionalOldSelf: null,
  };
}
