import { ageOf } from './human-duration.ts';
import { columnsOf, type TableCell, type TablePrinter } from './table-printer.ts';

type Printable = Parameters<TablePrinter['print']>[0];

/** A printer whose first column is the name; `columns` as `columnsOf` reads them. */
export function namedPrinter(
  columns: string,
  cells: (object: Printable, now: Date) => readonly TableCell[],
): TablePrinter {
  return {
    columns: columnsOf(columns),
    print: (object, now) => ({ cells: [object.metadata.name ?? '', ...cells(object, now)] }),
  };
}

/** How long ago the object was created. */
export function age(object: Printable, now: Date): string {
  return ageOf(object.metadata.creationTimestamp, now);
}
