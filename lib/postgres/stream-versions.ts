import type { Pool } from 'pg';
import { loadSql } from './load-sql.ts';
import { prepared } from './prepared.ts';

const statements = {
  resources: { head: loadSql('resource-stream-head'), position: loadSql('resource-version-position') },
  events: { head: loadSql('event-stream-head'), position: loadSql('event-version-position') },
};

/** Watches continue this far back at most; below, clients list again, as after an API server's 410. */
const maxPositionsBack = 100_000;

/** How resourceVersions and positions of one stream and cluster belong together. */
export type StreamVersions = {
  /** The newest stored version; `undefined` where there is none. */
  readonly head: () => Promise<{ readonly position: number; readonly version: string } | undefined>;
  /** Where a version came in the stream; `undefined` where that is not known or too long ago. */
  readonly positionOf: (version: string) => Promise<number | undefined>;
};

export function streamVersions(
  pool: Pick<Pool, 'query'>,
  stream: 'resources' | 'events',
  cluster: string,
): StreamVersions {
  return {
    head: async () => {
      const text = statements[stream].head;
      const result = await pool.query<{ position: string; version: string }>({
        ...prepared(text),
        values: [cluster],
      });
      const [row] = result.rows;
      return row === undefined ? undefined : { position: Number(row.position), version: row.version };
    },
    positionOf: async (version) => {
      const text = statements[stream].position;
      const result = await pool.query<{ position: string }>(text, [cluster, version, maxPositionsBack]);
      const [row] = result.rows;
      return row === undefined ? undefined : Number(row.position);
    },
  };
}
