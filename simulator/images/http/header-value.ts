/** A value without what would end its line, or is no byte: Node refuses to send that. */
export function headerValue(value: string): string {
  return value.replace(/[^\t\x20-\x7e\x80-\xff]/g, '');
}
