import type { KubernetesObject } from '../kubernetes-object.ts';

/** A column of a `meta.k8s.io` Table. Columns of priority 1 are shown by `kubectl get -o wide` only. */
export type TableColumn = {
  readonly name: string;
  readonly type: string;
  readonly format: string;
  readonly description: string;
  readonly priority: number;
};

export type TableCell = string | number | boolean | null;

export type PrintedRow = {
  readonly cells: readonly TableCell[];
  /** Such as `Completed` of pods that have ended; clients may grey them out. */
  readonly conditions?: readonly Readonly<Record<string, string>>[];
};

/** How the objects of one resource become rows. */
export type TablePrinter = {
  readonly columns: readonly TableColumn[];
  readonly print: (object: Readonly<KubernetesObject>, now: Date) => PrintedRow;
};

/**
 * Columns in short: `Name`, `Age`, `Desired:integer`, with a star at the end for wide output only. A column
 * called Name has the format `name`.
 */
export function columnsOf(text: string): TableColumn[] {
  return text.split('|').map((column) => {
    const wide = column.endsWith('*');
    const [name = '', type = 'string'] = column.replace('*', '').split(':');
    return {
      name,
      type,
      format: name === 'Name' ? 'name' : '',
      description: name,
      priority: wide ? 1 : 0,
    };
  });
}
