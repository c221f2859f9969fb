import type { TableStyle } from './table-text';

/** What a command that changes how rows are shown says; `good` false when it could not. */
export interface DisplayChange {
  text: string;
  good: boolean;
}

/** \x, \t, \a and \pset; undefined for other commands. */
export function changeDisplay(
  command: string,
  [first = '', ...rest]: readonly string[],
  style: TableStyle,
): DisplayChange | undefined {
  const turned = (before: boolean) => (first === '' ? !before : /^on$/i.test(first));
  const onOff = (value: boolean) => (value ? 'on' : 'off');
  switch (command) {
    case '\\x':
      style.expanded = turned(style.expanded);
      return { good: true, text: `Expanded display is ${onOff(style.expanded)}.\n` };
    case '\\t':
      style.tuplesOnly = turned(style.tuplesOnly);
      return { good: true, text: `Tuples only is ${onOff(style.tuplesOnly)}.\n` };
    case '\\a':
      style.aligned = !style.aligned;
      return { good: true, text: `Output format is ${style.aligned ? 'aligned' : 'unaligned'}.\n` };
    case '\\pset':
      return pset(first, rest.join(' ').replace(/^'(.*)'$/, '$1'), style);
    default:
      return undefined;
  }
}

function pset(name: string, value: string, style: TableStyle): DisplayChange {
  if (name === 'null') {
    style.nullText = value;
    return { good: true, text: `Null display is "${value}".\n` };
  }
  if (name === 'format' && /^(aligned|unaligned|csv)$/.test(value)) {
    style.aligned = value === 'aligned';
    style.csv = value === 'csv';
    return { good: true, text: `Output format is ${value}.\n` };
  }
  if (name === 'pager') return { good: true, text: `Pager usage is ${value || 'off'}.\n` };
  return {
    good: false,
    text: `The embedded cluster does not simulate psql's "\\pset ${name} ${value}"; use a kind cluster for that.\n`,
  };
}
