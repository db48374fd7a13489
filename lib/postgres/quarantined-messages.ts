import type pg from 'pg';
import type { CloudEvent } from '../core/cloud-event.ts';
import { loadSql } from './load-sql.ts';

/** One message in quarantine. */
export type QuarantinedMessage = {
  readonly id: string;
  readonly quarantinedAt: Date;
  readonly functionName: string;
  readonly reason: string;
  readonly deliveries: number;
  /** As it was received; data are bytes. */
  readonly event: CloudEvent;
};

const listText = loadSql('list-quarantined');
const markText = loadSql('mark-replayed');

type Row = {
  readonly id: string;
  readonly quarantined_at: Date;
  readonly function_name: string;
  readonly reason: string;
  readonly deliveries: number;
  readonly attributes: Readonly<Record<string, string>>;
  readonly body: Buffer;
};

/** Messages that wait in quarantine, oldest first. */
export async function listQuarantined(
  client: Pick<pg.ClientBase, 'query'>,
  page: { readonly functionName: string | undefined; readonly afterId: string; readonly limit: number },
): Promise<QuarantinedMessage[]> {
  const { rows } = await client.query<Row>(listText, [page.functionName ?? null, page.afterId, page.limit]);
  return rows.map((row) => ({
    id: row.id,
    quarantinedAt: row.quarantined_at,
    functionName: row.function_name,
    reason: row.reason,
    deliveries: row.deliveries,
    event: eventOf(row),
  }));
}

/** Takes a message out of quarantine: it is stored by now. */
export async function markReplayed(client: Pick<pg.ClientBase, 'query'>, id: string): Promise<void> {
  await client.query(markText, [id]);
}

function eventOf(row: Row): CloudEvent {
  const {
    id = '',
    source = '',
    type = '',
    subject,
    time,
    datacontenttype,
    dataschema,
    ...extensions
  } = row.attributes;
  return {
    id,
    source,
    type,
    ...(subject === undefined ? {} : { subject }),
    ...(time === undefined ? {} : { time }),
    ...(datacontenttype === undefined ? {} : { datacontenttype }),
    ...(dataschema === undefined ? {} : { dataschema }),
    extensions,
    data: row.body,
  };
}
