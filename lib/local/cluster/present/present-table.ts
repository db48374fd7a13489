import { customPrinter } from '../../../core/kube-table/custom-printer.ts';
import { printerOf } from '../../../core/kube-table/printer-columns.ts';
import { renderTable, type Table } from '../../../core/kube-table/table.ts';
import type { TablePrinter } from '../../../core/kube-table/table-printer.ts';
import type { Negotiated } from '../http/negotiate.ts';
import type { CustomVersion, Definition } from '../registry/definition.ts';
import type { StoredObject } from '../store/stored-object.ts';
import { presentObject } from './present-object.ts';

const customPrinters = new WeakMap<CustomVersion, TablePrinter>();

/** `as=Table`: one row per object, as `kubectl get` prints them. */
export function presentTable(
  definition: Definition,
  items: readonly StoredObject[],
  options: {
    readonly now: () => Date;
    /** `includeObject`: `None`, `Metadata` (also the default) or `Object`. */
    readonly includeObject: string;
    readonly metaVersion: Negotiated['metaVersion'];
  },
): Table {
  return renderTable(
    printerFor(definition),
    items.map((stored) => presentObject(definition, stored)),
    {
      now: options.now(),
      includeObject: options.includeObject,
      version: options.metaVersion,
      metadata: items.length === 1 ? { resourceVersion: String(items[0]?.revision) } : {},
    },
  );
}

/** Definitions of custom resources come anew with every change, so their printers are kept by them. */
function printerFor(definition: Definition): TablePrinter {
  const { custom } = definition;
  if (custom === undefined) return printerOf(definition);
  const known = customPrinters.get(custom);
  if (known !== undefined) return known;
  const printer = customPrinter(custom.printerColumns);
  customPrinters.set(custom, printer);
  return printer;
}
