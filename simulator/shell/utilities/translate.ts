import { utility } from './utility';

const trClasses: Record<string, string> = {
  alpha: range(65, 90) + range(97, 122),
  digit: range(48, 57),
  alnum: range(48, 57) + range(65, 90) + range(97, 122),
  upper: range(65, 90),
  lower: range(97, 122),
  space: '\t\n\v\f\r ',
  blank: '\t ',
  punct: range(33, 47) + range(58, 64) + range(91, 96) + range(123, 126),
  cntrl: range(0, 31) + range(127, 127),
  print: range(32, 126),
  graph: range(33, 126),
  xdigit: range(48, 57) + range(65, 70) + range(97, 102),
};

function range(from: number, to: number): string {
  let text = '';
  for (let code = from; code <= to; code++) text += String.fromCharCode(code);
  return text;
}

function expandSet(text: string): string {
  const escapes: Record<string, string> = {
    n: '\n',
    t: '\t',
    r: '\r',
    f: '\f',
    v: '\v',
    a: '\x07',
    b: '\b',
    '\\': '\\',
  };
  const plain: string[] = [];
  for (let i = 0; i < text.length; i++) {
    const named = /^\[:(\w+):\]/.exec(text.slice(i));
    if (named) {
      const name = named[1] as string;
      const set = Object.hasOwn(trClasses, name) ? trClasses[name] : undefined;
      if (set !== undefined) {
        plain.push(...[...set].map((c) => `\0${c}`));
        i += named[0].length - 1;
        continue;
      }
    }
    const octal = /^\\([0-7]{1,3})/.exec(text.slice(i));
    if (octal) {
      plain.push(String.fromCharCode(Number.parseInt(octal[1] as string, 8) & 255));
      i += octal[0].length - 1;
    } else if (text[i] === '\\' && i + 1 < text.length) {
      const next = text[++i] as string;
      plain.push(escapes[next] ?? next);
    } else plain.push(text[i] as string);
  }
  let result = '';
  for (let i = 0; i < plain.length; i++) {
    const c = plain[i] as string;
    const to = plain[i + 2];
    if (c.length === 1 && plain[i + 1] === '-' && to !== undefined && to.length === 1) {
      // One that goes backwards is empty.
      result += range(c.charCodeAt(0), to.charCodeAt(0));
      i += 2;
    } else result += c.length === 2 ? c[1] : c;
  }
  return result;
}

export const tr = utility(
  'tr',
  '[-cds] STRING1 [STRING2]\n\nTranslate, squeeze, or delete characters from stdin, writing to stdout',
  async (self) => {
    const options = self.options(self.gnu ? '+cCdst' : '+cCds', {
      delete: 'd',
      complement: 'c',
      'squeeze-repeats': 's',
    });
    const [first, second] = options.operands;
    if (first === undefined) throw self.usageFault();
    const complement = options.has('c') || options.has('C');
    let from = expandSet(first);
    if (complement) from = [...range(0, 255)].filter((c) => !from.includes(c)).join('');
    const to = second === undefined ? undefined : expandSet(second);
    const table = Array.from({ length: 256 }, (_, code) => String.fromCharCode(code));
    const deleting = options.has('d');
    if (!deleting && to !== undefined && to !== '') {
      for (let i = 0; i < from.length; i++)
        table[from.charCodeAt(i)] = to[Math.min(i, to.length - 1)] as string;
    }
    const squeeze = options.has('s') ? new Set(to ?? from) : undefined;
    const removed = deleting ? new Set(from) : undefined;
    let last = '';
    const input = self.process.fds.get(0);
    if (!input) return;
    for await (const chunk of self.chunks(input)) {
      let out = '';
      for (let i = 0; i < chunk.length; i++) {
        const c = chunk[i] as string;
        if (removed?.has(c)) continue;
        const mapped = table[c.charCodeAt(0)] as string;
        if (squeeze && mapped === last && squeeze.has(mapped)) continue;
        last = mapped;
        out += mapped;
      }
      await self.print(out);
    }
  },
);
