/** A configured plugin: `dummy.0` with its properties in order. */
export interface Plugin {
  kind: 'input' | 'filter' | 'output';
  name: string;
  /** Name and number: `tail.0`. */
  id: string;
  properties: [name: string, value: string][];
}

/** The last value of a property. */
export function property({ properties }: Plugin, name: string): string | undefined {
  return properties.filter(([each]) => each === name).at(-1)?.[1];
}

export function yes(value: string | undefined): boolean {
  return /^(on|true|yes|1)$/i.test(value ?? '');
}
