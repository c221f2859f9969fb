import { AwkEvaluator, type Flow, type Run } from './awk-evaluator';
import type { Node, Rule, Statement } from './awk-syntax';
import { Loose, number, truth, type Value } from './awk-value';

/** Runs an awk program over its input. */
export class AwkRunner extends AwkEvaluator {
  private readonly ranges = new Set<Rule>();
  async run(): Promise<number> {
    const { rules } = this.program;
    let flow: Flow;
    for (const rule of rules)
      if (rule.kind === 'begin' && flow !== 'exit' && rule.body)
        flow = await this.drive(this.exec(rule.body));
    const reads = rules.some((rule) => rule.kind !== 'begin');
    if (flow !== 'exit' && reads) {
      for (;;) {
        const next = await this.streams.main.next();
        if (next.done) break;
        this.setRecord(next.value);
        flow = await this.main(rules);
        if (flow === 'exit') break;
      }
    }
    for (const rule of rules)
      if (rule.kind === 'end' && rule.body && (flow !== 'exit' || !this.ended)) {
        flow = await this.drive(this.exec(rule.body));
        if (flow === 'exit') this.ended = true;
      }
    await this.streams.closeAll();
    return this.streams.exitCode;
  }

  private ended = false;

  private async main(rules: Rule[]): Promise<Flow> {
    const turn = this.self.process.checkpoint();
    if (turn) await turn;
    for (const rule of rules) {
      if (rule.kind !== 'main') continue;
      if (rule.pattern) {
        if (rule.until) {
          if (!this.ranges.has(rule)) {
            if (!truth(await this.drive(this.ev(rule.pattern)))) continue;
            this.ranges.add(rule);
          }
          if (truth(await this.drive(this.ev(rule.until)))) this.ranges.delete(rule);
        } else if (!truth(await this.drive(this.ev(rule.pattern)))) continue;
      }
      const flow = rule.body
        ? await this.drive(this.exec(rule.body))
        : await this.drive(this.printLine(this.line()));
      if (flow === 'next' || flow === 'nextfile' || flow === 'exit') return flow;
    }
    return undefined;
  }

  /** Runs a generator, waiting where it asks to; without a wait it takes no turn of the event loop. */
  private drive<T>(run: Run<T>): T | Promise<T> {
    const step = run.next();
    return step.done ? step.value : this.driveOn(run, step.value);
  }

  private async driveOn<T>(run: Run<T>, first: Promise<unknown>): Promise<T> {
    let waiting = first;
    for (;;) {
      const step = run.next(await waiting);
      if (step.done) return step.value;
      waiting = step.value;
    }
  }

  protected *exec(statement: Statement): Run<Flow> {
    switch (statement.t) {
      case 'block':
        for (const each of statement.body) {
          const flow = yield* this.exec(each);
          if (flow) return flow;
        }
        return undefined;
      case 'expr':
        yield* this.ev(statement.value);
        return undefined;
      case 'print':
        yield* this.print(statement);
        return undefined;
      case 'if':
        if (truth(yield* this.ev(statement.test))) return yield* this.exec(statement.yes);
        return statement.no ? yield* this.exec(statement.no) : undefined;
      case 'while':
        return yield* this.loop(
          statement.after ? undefined : statement.test,
          statement.body,
          undefined,
          statement.after ? statement.test : undefined,
        );
      case 'for':
        if (statement.init) yield* this.exec(statement.init);
        return yield* this.loop(statement.test, statement.body, statement.step, undefined);
      case 'forin':
        for (const key of [...this.table(statement.array).keys()]) {
          this.assignVariable(statement.name, new Loose(key));
          const flow = yield* this.exec(statement.body);
          if (flow === 'break') break;
          if (flow && flow !== 'continue') return flow;
        }
        return undefined;
      case 'delete':
        if (statement.keys) this.table(statement.name).delete(yield* this.key(statement.keys));
        else this.table(statement.name).clear();
        return undefined;
      case 'jump':
        return statement.kind;
      case 'exit':
        if (statement.value) this.streams.exitCode = number(yield* this.ev(statement.value)) & 255;
        return 'exit';
      case 'return':
        this.returned = statement.value ? yield* this.ev(statement.value) : '';
        return 'return';
    }
  }

  private *loop(
    test: Node | undefined,
    body: Statement,
    step: Statement | undefined,
    after: Node | undefined,
  ): Run<Flow> {
    for (;;) {
      const turn = this.self.process.checkpoint();
      if (turn) yield turn;
      if (test && !truth(yield* this.ev(test))) return undefined;
      const flow = yield* this.exec(body);
      if (flow === 'break') return undefined;
      if (flow && flow !== 'continue') return flow;
      if (step) yield* this.exec(step);
      if (after && !truth(yield* this.ev(after))) return undefined;
    }
  }

  private *print(statement: Extract<Statement, { t: 'print' }>): Run<void> {
    const values: Value[] = [];
    for (const arg of statement.args) values.push(yield* this.ev(arg));
    let text: string;
    if (statement.format) text = this.format(values);
    else {
      const ofmt = this.text(this.globals.get('OFMT') as Value);
      const shown = values.map((value) =>
        typeof value === 'number' && !Number.isInteger(value) ? this.format([ofmt, value]) : this.text(value),
      );
      text = (values.length > 0 ? shown.join(this.special('OFS')) : this.line()) + this.special('ORS');
    }
    if (!statement.redirect) {
      const waiting = this.self.print(text);
      if (waiting) yield waiting;
      return;
    }
    const target = this.text(yield* this.ev(statement.redirect.target));
    yield this.streams.writeTo(statement.redirect.op, target, text);
  }

  private *printLine(text: string): Run<Flow> {
    const waiting = this.self.print(text + this.special('ORS'));
    if (waiting) yield waiting;
    return undefined;
  }
}
