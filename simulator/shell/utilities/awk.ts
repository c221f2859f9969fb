import { parseAwk } from './awk/awk-parser';
import { AwkRunner } from './awk/awk-run';
import { unescapeString } from './awk/awk-tokens';
import { utility } from './utility';

export const awk = utility('awk', '[OPTIONS] [AWK_PROGRAM] [FILE]...', async (self) => {
  const options = self.options('+F:v:f:e:');
  const operands = [...options.operands];
  const texts: string[] = [...options.values('e')];
  for (const path of options.values('f')) {
    const file = await self.open(path);
    if (!file) return 1;
    texts.push(await self.readAll(file));
    file.release();
  }
  if (texts.length === 0) {
    const text = operands.shift();
    if (text === undefined) throw self.usageFault();
    texts.push(text);
  }
  const program = parseAwk(texts.join('\n'), (message) => self.fail(`cmd. line:1: ${message}`));
  const runner = new AwkRunner(self, program, operands);
  const separator = options.value('F');
  if (separator !== undefined) runner.set('FS', unescapeString(separator));
  for (const text of options.values('v')) {
    const equals = text.indexOf('=');
    runner.set(text.slice(0, equals), unescapeString(text.slice(equals + 1)));
  }
  return runner.run();
});
