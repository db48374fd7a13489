/** A committed change of a database table, whichever way it was read. */
export type RowChange = {
  /** `schema.name`. */
  readonly table: string;
  /** Identity of the row: its primary key's values as text, joined by `/`. Empty for changes of a whole table. */
  readonly key: string;
  readonly position: ChangePosition;
} & (
  | {
      /** `snapshot`: the row was there when the source began to follow the table. */
      readonly operation: 'snapshot' | 'insert';
      readonly row: Row;
    }
  | {
      readonly operation: 'update';
      readonly row: Row;
      readonly previous?: Row;
      /** Columns of `row` that are left out, because their large value did not change and was not logged. */
      readonly unchanged?: readonly string[];
    }
  | {
      readonly operation: 'delete';
      /** The row as it was; only its key where the table's replica identity is not full. */
      readonly row: Row;
    }
  /**
   * `truncate`: all rows went at once. `resynchronised`: every row there is has been sent as `snapshot`, so
   * whatever else a consumer knows of this table is gone.
   */
  | { readonly operation: 'truncate' | 'resynchronised' }
);

export type Row = Readonly<Record<string, unknown>>;

/** Where a change stands: the same for every delivery of the same change. */
export type ChangePosition = {
  /** The database cluster's own identifier, which a dump that is loaded elsewhere does not share. */
  readonly systemId: string;
  /** The transaction's commit position, as text that sorts; unique inside the database cluster. */
  readonly commit: string;
  /** Of the change inside its transaction, from 0; or the outbox's own number. Unique inside `commit`. */
  readonly index: number;
  /** PostgreSQL's own text of the commit position, where it was read from the log. */
  readonly lsn?: string;
  /** RFC 3339. */
  readonly committedAt: string;
};
