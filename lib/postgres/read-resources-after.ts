import type { Pool } from 'pg';
import type { ResourceStreamFilter } from '../core/resource-stream-filter.ts';
import { loadSql } from './load-sql.ts';

/** One stored version of an object in a stream. Times are RFC 3339 in UTC; `raw` is a JSON text. */
export type ResourceChange = {
  readonly position: number;
  readonly operation: 'upserted' | 'deleted';
  readonly name: string;
  readonly uid: string;
  readonly global_uid: string;
  readonly namespace: string;
  readonly api_group: string;
  readonly api_version: string;
  readonly kind: string;
  readonly resource: string;
  readonly cluster_name: string;
  readonly resource_version_text: string;
  /** The object's creationTimestamp, if it has one. */
  readonly created_at: string | null;
  readonly updated_at: string;
  readonly composition_id: string | null;
  readonly labels: Readonly<Record<string, string>>;
  /** Of the stored version before; null for the first. */
  readonly previous_labels: Readonly<Record<string, string>> | null;
  readonly raw: string | null;
  /**
   * With `raw`, of a deletion: the JSON text of the object that had got the name before the deletion came, and has it
   * still.
   */
  readonly successor: string | null;
};

/** Positions after the first up to the last. */
export type ChangeRange = {
  readonly after: number;
  readonly upTo?: number;
  readonly limit: number;
  readonly filter?: ResourceStreamFilter;
  readonly withRaw: boolean;
};

const statement = loadSql('read-resources-after');

/** Stored versions above a position in commit order, whoever may see them: the caller checks that for each. */
export async function readResourcesAfter(
  pool: Pick<Pool, 'query'>,
  range: ChangeRange,
): Promise<ResourceChange[]> {
  const { filter } = range;
  const result = await pool.query<Omit<ResourceChange, 'position'> & { readonly position: string }>(
    statement,
    [
      range.after,
      range.upTo,
      range.limit,
      filter?.cluster,
      filter?.groups,
      filter?.resources,
      filter?.kinds,
      filter?.version,
      filter?.namespace,
      filter?.name,
      filter?.compositionId,
      range.withRaw,
    ],
  );
  return result.rows.map((row) => ({ ...row, position: Number(row.position) }));
}
