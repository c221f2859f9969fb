import { ArithmeticFault, evaluateArithmetic } from '../expand/arithmetic';
import { matchesPattern } from '../expand/expander';
import { posixExpression } from '../posix-regexp/posix-expression';
import { ExpressionFault } from '../posix-regexp/syntax';
import type { Assignment, Command, Condition, Word } from '../syntax/ast';
import { runTest } from '../utilities/test';
import { elementOf, keyOf, setArray, setElement } from './arrays';
import { leavesLoop } from './compound-commands';
import type { Shell } from './shell';
import { traceBash, traced } from './trace';

/** An expression of `[[ ]]` that cannot be evaluated. */
class ConditionFault extends Error {
  override readonly name = 'ConditionFault';
}

/** `((…))`: true when it is not zero. */
export async function arithmetic(shell: Shell, expression: Word): Promise<number> {
  try {
    return (await numberOf(shell, expression)) === '0' ? 1 : 0;
  } catch (error) {
    if (!(error instanceof ArithmeticFault)) throw error;
    shell.error(`((: ${error.message}`);
    return 1;
  }
}

/** `time` before a pipeline: what it took, on standard error. */
export async function timed(
  shell: Shell,
  { command, portable }: Extract<Command, { type: 'timed' }>,
): Promise<number> {
  const { process } = shell;
  const [began, used] = [process.clock.now(), process.system.processor.usedMs];
  const status = await shell.run(command);
  const took = { R: process.clock.now() - began, U: process.system.processor.usedMs - used, S: 0 };
  const usual = '\nreal\t%3lR\nuser\t%3lU\nsys\t%3lS';
  const format = portable ? 'real %2R\nuser %2U\nsys %2S' : (shell.get('TIMEFORMAT') ?? usual);
  if (format !== '') shell.print(2, `${timeText(format, took)}\n`);
  return status;
}

/** TIMEFORMAT: `%[digits][l]R`, `U` and `S`; `P` is the share of the processor in percent. */
function timeText(format: string, took: { R: number; U: number; S: number }): string {
  return format.replace(
    /%(?:(%)|(\d?)(l?)([RUS])|(P))/g,
    (_, percent, digits, long, letter: string, share) => {
      if (percent) return '%';
      if (share) return ((100 * (took.U + took.S)) / Math.max(1, took.R)).toFixed(2);
      const ms = took[letter as keyof typeof took];
      const places = digits === '' ? 3 : Math.min(3, Number(digits));
      if (!long) return (ms / 1000).toFixed(places);
      return `${Math.floor(ms / 60_000)}m${((ms % 60_000) / 1000).toFixed(places)}s`;
    },
  );
}

async function numberOf(shell: Shell, expression: Word): Promise<string> {
  const text = await shell.drive(shell.expander.text(expression));
  traceBash(shell, () => `(( ${text.trim()} ))`);
  return evaluateArithmetic(text, shell.arithmetic);
}

/** `for ((first; test; step))`. An empty test is true. */
export async function countingLoop(
  shell: Shell,
  command: Extract<Command, { type: 'counting' }>,
): Promise<number> {
  const [first, test, step] = command.header;
  let status = 0;
  await numberOf(shell, first);
  shell.loops++;
  try {
    while (isEmpty(test) || (await numberOf(shell, test)) !== '0') {
      status = await shell.run(command.body);
      if (shell.flow && leavesLoop(shell)) break;
      await shell.process.checkpoint();
      await numberOf(shell, step);
    }
  } finally {
    shell.loops--;
  }
  shell.lastStatus = status;
  return status;
}

function isEmpty(word: Word): boolean {
  return word.parts.every((part) => part.type === 'text' && part.text.trim() === '');
}

/** `[[ … ]]`: 0 true, 1 false, 2 when it makes no sense. */
export async function conditional(shell: Shell, test: Condition): Promise<number> {
  try {
    return (await holds(shell, test)) ? 0 : 1;
  } catch (error) {
    if (!(error instanceof ConditionFault)) throw error;
    if (error.message !== '') shell.error(error.message);
    return 2;
  }
}

async function holds(shell: Shell, test: Condition): Promise<boolean> {
  const text = (word: Word) => shell.drive(shell.expander.text(word));
  switch (test.type) {
    case 'not':
      return !(await holds(shell, test.of));
    case 'and':
      return (await holds(shell, test.left)) && holds(shell, test.right);
    case 'or':
      return (await holds(shell, test.left)) || holds(shell, test.right);
    case 'unary': {
      const operand = await text(test.operand);
      traceBash(shell, () => `[[ -${test.operator} ${traced(shell, operand)} ]]`);
      if (test.operator === 'v') {
        const [, array, subscript] = /^(\w+)\[(.*)\]$/s.exec(operand) ?? [];
        if (array === undefined || subscript === undefined) return shell.get(operand) !== undefined;
        return elementOf(shell, array, subscript) !== undefined;
      }
      return (
        runTest(shell.process, 'test', [`-${test.operator === 'a' ? 'e' : test.operator}`, operand])
          .status === 0
      );
    }
    case 'binary':
      return compare(shell, test.operator, await text(test.left), test.right);
  }
}

async function compare(shell: Shell, operator: string, left: string, right: Word): Promise<boolean> {
  // As bash shows it: the left side as it is, the right side with what is plain in it escaped.
  const show = (other: string) =>
    traceBash(shell, () => `[[ ${left === '' ? "''" : left} ${operator} ${other} ]]`);
  if (operator === '=' || operator === '==' || operator === '!=') {
    const pattern = await shell.drive(shell.expander.pattern(right));
    show(pattern);
    return matchesPattern(pattern, left) === (operator !== '!=');
  }
  if (operator === '=~') return matches(shell, left, right);
  const other = await shell.drive(shell.expander.text(right));
  show(other);
  if (!/^-(eq|ne|lt|le|gt|ge)$/.test(operator))
    return runTest(shell.process, 'test', [left, operator, other]).status === 0;
  const [a, b] = [left, other].map((each) => evaluateArithmetic(each, shell.arithmetic));
  return runTest(shell.process, 'test', [a ?? '0', operator, b ?? '0']).status === 0;
}

/** POSIX extended expressions; what was quoted is plain. Leaves BASH_REMATCH. */
async function matches(shell: Shell, text: string, word: Word): Promise<boolean> {
  let source = '';
  for (const part of word.parts) {
    const piece = await shell.drive(shell.expander.text({ parts: [part] }));
    const plain = part.type !== 'tilde' && part.quoted;
    source += plain ? piece.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&') : piece;
  }
  traceBash(shell, () => `[[ ${text} =~ ${source} ]]`);
  let found: RegExpExecArray | null;
  try {
    found = posixExpression(source, { extended: true }).exec(text);
  } catch (error) {
    if (!(error instanceof ExpressionFault)) throw error;
    // bash says nothing of an expression that cannot be read.
    throw new ConditionFault(error.message.startsWith('The embedded') ? error.message : '');
  }
  setArray(shell, 'BASH_REMATCH', found ? [...found].map((value) => ({ value: value ?? '' })) : []);
  return found !== null;
}

/** An assignment of any kind. Throws ReadOnlyFault. */
export async function assign(shell: Shell, assignment: Assignment): Promise<void> {
  const { name, value, append = false, subscript, elements } = assignment;
  if (elements) {
    const values: { subscript?: string; value: string }[] = [];
    for (const element of elements) {
      if (element.subscript)
        values.push({
          subscript: await shell.drive(shell.expander.text(element.subscript)),
          value: await shell.drive(shell.expander.text(element.value)),
        });
      else
        for (const each of await shell.drive(shell.expander.words([element.value], [])))
          values.push({ value: each });
    }
    traceBash(
      shell,
      () => `${name}${append ? '+' : ''}=(${values.map(({ value }) => traced(shell, value)).join(' ')})`,
    );
    setArray(shell, name, values, append);
    return;
  }
  const text = await shell.drive(shell.expander.text(value));
  const sign = append ? '+=' : '=';
  if (!subscript) traceBash(shell, () => `${name}${sign}${text === '' ? '' : traced(shell, text)}`);
  if (subscript) {
    const key = keyOf(shell, name, await shell.drive(shell.expander.text(subscript)));
    traceBash(shell, () => `${name}[${key}]${sign}${text === '' ? '' : traced(shell, text)}`);
    setElement(shell, name, key, text, append);
  } else if (append && shell.variables.get(name)?.integer)
    shell.set(name, evaluateArithmetic(`${shell.get(name) ?? 0}+(${text})`, shell.arithmetic));
  else if (append) shell.set(name, (shell.get(name) ?? '') + text);
  else shell.set(name, text);
}
