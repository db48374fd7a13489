import { clusterPrinters } from './cluster-printers.ts';
import { eventPrinter } from './event-printer.ts';
import { policyPrinters } from './policy-printers.ts';
import { storagePrinters } from './storage-printers.ts';
import { columnsOf, type TablePrinter } from './table-printer.ts';
import { workloadPrinters } from './workload-printers.ts';

/** Kinds without columns of their own show when they were created, as a time instead of an age. */
const plainPrinter: TablePrinter = {
  columns: columnsOf('Name|Created At:date'),
  print: (object) => ({ cells: [object.metadata.name ?? '', object.metadata.creationTimestamp ?? ''] }),
};

const printers: ReadonlyMap<string, TablePrinter> = new Map([
  ...Object.entries(workloadPrinters),
  ...Object.entries(clusterPrinters),
  ...Object.entries(storagePrinters),
  ...Object.entries(policyPrinters),
  ['/events', eventPrinter],
  ['events.k8s.io/events', eventPrinter],
]);

/** How `kubectl get` shows a built-in resource; custom resources have `customPrinter`. */
export function printerOf(resource: { readonly group: string; readonly resource: string }): TablePrinter {
  return printers.get(`${resource.group}/${resource.resource}`) ?? plainPrinter;
}
