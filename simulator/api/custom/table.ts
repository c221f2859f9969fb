import type { CustomType, PrinterColumn } from '../../schema/custom-type';
import type { KubeObject } from '../../schema/types';
import type { Table } from '../extension-points';
import { ageSince } from '../tables/human-duration';
import { valuesAt } from './json-path';

const AGE: PrinterColumn = {
  name: 'Age',
  type: 'date',
  description: 'CreationTimestamp is a timestamp representing the server time when this object was created.',
  jsonPath: '.metadata.creationTimestamp',
};

/** Columns and cells of custom resources: the name, and additionalPrinterColumns or the age (apiextensions tableconvertor). */
export function customTable({ columns }: CustomType, objects: readonly KubeObject[], now: number): Table {
  const shown = columns.length > 0 ? columns : [AGE];
  const name = 'Name must be unique within a namespace. Is required when creating resources.';
  return {
    columnDefinitions: [
      { name: 'Name', type: 'string', format: 'name', description: name, priority: 0 },
      ...shown.map(({ name, type, format = '', description, jsonPath, priority = 0 }) => ({
        name,
        type,
        format,
        description: description || `Custom resource definition column (in JSONPath format): ${jsonPath}`,
        priority,
      })),
    ],
    rows: objects.map((object) => ({
      cells: [object.metadata.name, ...shown.map((column) => cell(column, object, now))],
    })),
  };
}

function cell({ type, jsonPath }: PrinterColumn, object: KubeObject, now: number): unknown {
  const [value] = valuesAt(object, jsonPath);
  if (value === undefined) return type === 'date' ? '<unknown>' : null;
  switch (type) {
    case 'integer':
      return typeof value === 'number' ? Math.trunc(value) : null;
    case 'number':
      return typeof value === 'number' ? value : null;
    case 'boolean':
      return typeof value === 'boolean' ? value : null;
    case 'date':
      return typeof value === 'string' && !Number.isNaN(Date.parse(value))
        ? ageSince(value, now)
        : '<invalid>';
    default:
      return typeof value === 'object' ? JSON.stringify(value) : String(value);
  }
}
