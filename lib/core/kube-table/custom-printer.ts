import { ageOf } from './human-duration.ts';
import { compileJsonPath } from './json-path.ts';
import { columnsOf, type TableCell, type TablePrinter } from './table-printer.ts';

/** A column of `additionalPrinterColumns`. */
export type CustomColumn = {
  readonly name: string;
  readonly type: string;
  readonly jsonPath: string;
  readonly format?: string;
  readonly description?: string;
  readonly priority?: number;
};

/** The printer of a custom resource; cells whose path finds nothing, or a value of another type, are null. */
export function customPrinter(columns: readonly CustomColumn[]): TablePrinter {
  const readers = columns.map(({ type, jsonPath }) => ({ type, read: compileJsonPath(jsonPath) }));
  return {
    columns: [
      ...columnsOf('Name'),
      ...columns.map(({ name, type, format = '', description = '', priority = 0, jsonPath }) => ({
        name,
        type,
        format,
        description: description || `Value at ${jsonPath}`,
        priority,
      })),
    ],
    print: (object, now) => ({
      cells: [
        object.metadata.name ?? '',
        ...readers.map(({ type, read }) => cellOf(type, read?.(object)[0], now)),
      ],
    }),
  };
}

function cellOf(type: string, value: unknown, now: Date): TableCell {
  if (value === undefined || value === null) return null;
  switch (type) {
    case 'integer':
      return typeof value === 'number' ? Math.trunc(value) : null;
    case 'number':
      return typeof value === 'number' ? value : null;
    case 'boolean':
      return typeof value === 'boolean' ? value : null;
    case 'date':
      return typeof value === 'string' ? ageOf(value, now) : null;
    default:
      return typeof value === 'string' ? value : JSON.stringify(value);
  }
}
