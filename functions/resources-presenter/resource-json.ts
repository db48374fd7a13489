import { trimTime } from '../../lib/core/trim-time.ts';
import type { ResourceRow } from '../../lib/postgres/list-resources.ts';

/**
 * One item as the seed stack words it. Stored JSON goes in as the text that the database gave: parsing it
 * would cost time and the exact value of large numbers.
 */
export function resourceJson(row: ResourceRow): string {
  const item = JSON.stringify({
    name: row.name,
    uid: row.uid,
    global_uid: row.global_uid,
    namespace: row.namespace,
    group: row.api_group,
    version: row.api_version,
    kind: row.kind,
    resource: row.resource,
    cluster_name: row.cluster_name,
    created_at: trimTime(row.created_at),
    updated_at: trimTime(row.updated_at),
    ...(row.composition_id === null ? {} : { composition_id: row.composition_id }),
  });
  const raw = row.raw === null ? '' : `,"raw":${row.raw}`;
  const status = row.status_raw === null ? '' : `,"status_raw":${row.status_raw}`;
  return `${item.slice(0, -1)}${raw}${status}}`;
}
