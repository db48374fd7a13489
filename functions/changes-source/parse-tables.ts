/** A table and the type of the events that tell of its changes. */
export type TableEvents = { readonly schema: string; readonly name: string; readonly type: string };

export type ParsedTables =
  | { readonly kind: 'tables'; readonly tables: readonly TableEvents[] }
  | { readonly kind: 'invalid'; readonly reason: string };

const entry = /^([^.=,\s]{1,63})\.([^.=,\s]{1,63})=([A-Za-z0-9._-]{1,200})$/;

/** Reads `schema.table=type,…`; every table once. */
export function parseTables(text: string): ParsedTables {
  const tables: TableEvents[] = [];
  for (const part of text.split(',').map((member) => member.trim())) {
    if (part === '') continue;
    const [, schema, name, type] = entry.exec(part) ?? [];
    if (schema === undefined || name === undefined || type === undefined) {
      return { kind: 'invalid', reason: `"${part}", expected schema.table=type` };
    }
    if (tables.some((table) => table.schema === schema && table.name === name)) {
      return { kind: 'invalid', reason: `"${schema}.${name}" comes twice, expected once` };
    }
    tables.push({ schema, name, type });
  }
  if (tables.length === 0) return { kind: 'invalid', reason: 'no table, expected schema.table=type' };
  return { kind: 'tables', tables };
}
