import type { Negotiated } from '../http/negotiate.ts';
import { presentMetadata } from '../present/present-metadata.ts';
import { presentBytes } from '../present/present-object.ts';
import { presentTable } from '../present/present-table.ts';
import type { Definition } from '../registry/definition.ts';
import { emptyObject } from '../registry/normalize.ts';
import { parseStored, type StoredObject } from '../store/stored-object.ts';
import type { WatchEvent } from './watch-event.ts';

const lineEnd = Buffer.from('}\n');
const prefixes = {
  ADDED: Buffer.from('{"type":"ADDED","object":'),
  MODIFIED: Buffer.from('{"type":"MODIFIED","object":'),
  DELETED: Buffer.from('{"type":"DELETED","object":'),
} as const;

/**
 * Makes the renderer of one watch. Plain objects are copied from the stored bytes; a table carries its column
 * definitions in the first event only, which is why every watch has a renderer of its own.
 */
export function createEventRenderer(
  definition: Definition,
  negotiated: Negotiated,
  options: { readonly now: () => Date; readonly includeObject: string },
): (event: WatchEvent) => Buffer {
  let tableColumnsSent = false;
  const transformed = (stored: StoredObject): unknown => {
    if (negotiated.as === 'metadata') {
      return presentMetadata(parseStored(stored), negotiated.metaVersion);
    }
    const table = presentTable(definition, [stored], { ...options, metaVersion: negotiated.metaVersion });
    const shown = tableColumnsSent ? { ...table, columnDefinitions: null } : table;
    tableColumnsSent = true;
    return shown;
  };
  return (event) => {
    if (event.type === 'ERROR') return line('ERROR', event.status);
    if (event.type === 'BOOKMARK') return line('BOOKMARK', bookmark(definition, negotiated, event));
    if (negotiated.as !== 'object') return line(event.type, transformed(event.stored));
    return Buffer.concat([prefixes[event.type], presentBytes(definition, event.stored), lineEnd]);
  };
}

function line(type: WatchEvent['type'], object: unknown): Buffer {
  return Buffer.from(`${JSON.stringify({ type, object })}\n`);
}

function bookmark(
  definition: Definition,
  negotiated: Negotiated,
  event: { readonly revision: number; readonly endsInitialEvents: boolean },
): Readonly<Record<string, unknown>> {
  const metadata = {
    resourceVersion: String(event.revision),
    ...(event.endsInitialEvents ? { annotations: { 'k8s.io/initial-events-end': 'true' } } : {}),
  };
  const object = { ...emptyObject(definition), metadata };
  if (negotiated.as === 'metadata') return presentMetadata(object, negotiated.metaVersion);
  if (negotiated.as === 'object') return object;
  return {
    kind: 'Table',
    apiVersion: `meta.k8s.io/${negotiated.metaVersion}`,
    metadata: { resourceVersion: metadata.resourceVersion },
    columnDefinitions: null,
    rows: [{ cells: [], object: presentMetadata(object, negotiated.metaVersion) }],
  };
}
