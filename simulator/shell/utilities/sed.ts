import { SedEditor } from './sed-editor';
import { parseSedScript } from './sed-script';
import { utility } from './utility';

export const sed = utility(
  'sed',
  '[-i[SFX]] [-nrE] [-f FILE]... [-e CMD]... [FILE]...\nor: sed [-i[SFX]] [-nrE] CMD [FILE]...',
  async (self) => {
    if (!self.gnu && self.args.includes('--version')) {
      await self.print('This is not GNU sed version 4.0\n');
      return 0;
    }
    const inPlace = self.args.find((arg) => /^-i.*|^--in-place/.test(arg));
    const args = self.args.flatMap((arg) =>
      arg === inPlace ? [] : /^-n?[rE]?i$/.test(arg) ? [arg.replace('i', '')] : [arg],
    );
    const edits = inPlace !== undefined || self.args.some((arg) => /^-n?[rE]?i$/.test(arg) && arg !== '-i');
    const options = self.options(
      self.gnu ? 'nrEse:f:zu' : 'nrEe:f:',
      { quiet: 'n', silent: 'n', expression: 'e', 'regexp-extended': 'E' },
      args,
    );
    const operands = [...options.operands];
    const pieces = options.values('e');
    for (const path of options.values('f')) {
      const file = await self.open(path, path);
      if (!file) return 1;
      pieces.push((await self.readAll(file)).replace(/\n$/, ''));
      file.release();
    }
    if (pieces.length === 0) {
      const script = operands.shift();
      if (script === undefined) throw self.usageFault();
      pieces.push(script);
    }
    const text = pieces.join('\n');
    const commands = parseSedScript(self, text, options.has('r') || options.has('E'));
    const quiet = options.has('n') || /^#n(\n|$)/.test(text);
    if (!edits) {
      const editor = new SedEditor(self, commands, quiet);
      await editor.run(operands.length > 0 ? operands : ['-']);
      await editor.closeFiles();
      return editor.exitCode || self.status;
    }
    const suffix = inPlace?.replace(/^-i|^--in-place=?/, '') ?? '';
    for (const path of operands) {
      const editor = new SedEditor(self, commands, quiet);
      editor.gathered = [];
      await editor.run([path]);
      if (editor.opened === 0) continue;
      const mode = self.process.files.tryStat(path)?.mode ?? 0o644;
      if (suffix !== '') self.process.files.rename(path, path + suffix);
      else self.process.files.unlink(path);
      const file = await self.process.open(path, 'w', mode);
      const fd = self.process.addFd(file);
      await self.process.write(fd, editor.gathered.join(''));
      self.process.closeFd(fd);
      await editor.closeFiles();
    }
  },
);
