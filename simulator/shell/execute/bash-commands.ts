import { ArithmeticFault, evaluateArithmetic } from '../expand/arithmetic';
import { matchesPattern } from '../expand/expander';
import { posixExpression } from '../posix-regexp/posix-expression';
import { ExpressionFault } from '../posix-regexp/syntax';
import type { Assignment, Command, Condition, Word } from '../syntax/ast';
import { runTest } from '../utilities/test';
import { elementOf, keyOf, setArray, setElement } from './arrays';
import { leavesLoop } from './compound-commands';
import type { Shell } from './shell';

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
export async function timed(shell: Shell, command: Command): Promise<number> {
  const { process } = shell;
  const [began, used] = [process.clock.now(), process.system.processor.usedMs];
  const status = await shell.run(command);
  const line = (name: string, ms: number) =>
    `${name}\t${Math.floor(ms / 60_000)}m${((ms % 60_000) / 1000).toFixed(3)}s\n`;
  const user = process.system.processor.usedMs - used;
  shell.print(2, `\n${line('real', process.clock.now() - began)}${line('user', user)}${line('sys', 0)}`);
  return status;
}

async function numberOf(shell: Shell, expression: Word): Promise<string> {
  return evaluateArithmetic(await shell.drive(shell.expander.text(expression)), shell.arithmetic);
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
  if (operator === '=' || operator === '==' || operator === '!=')
    return matchesPattern(await shell.drive(shell.expander.pattern(right)), left) === (operator !== '!=');
  if (operator === '=~') return matches(shell, left, right);
  const other = await shell.drive(shell.expander.text(right));
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
    setArray(shell, name, values, append);
    return;
  }
  const text = await shell.drive(shell.expander.text(value));
  if (subscript) {
    const key = keyOf(shell, name, await shell.drive(shell.expander.text(subscript)));
    setElement(shell, name, key, text, append);
  } else if (append && shell.variables.get(name)?.integer)
    shell.set(name, evaluateArithmetic(`${shell.get(name) ?? 0}+(${text})`, shell.arithmetic));
  else if (append) shell.set(name, (shell.get(name) ?? '') + text);
  else shell.set(name, text);
}
