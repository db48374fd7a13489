import type { RowChange } from '../../core/row-change.ts';

/**
 * Reads committed changes and hands each to `deliver` at least once: in commit order, those of one row strictly
 * one after the other. A change counts as delivered when the promise resolves; what was not is handed over again
 * after a restart, with the same position.
 */
export type ChangeSource = {
  readonly kind: 'logical' | 'outbox';
  /**
   * Runs until the signal aborts, then waits for what is in flight, acknowledges it and returns.
   * Survives every loss of the database; rejects only for what a person has to put right.
   */
  readonly run: (signal: AbortSignal) => Promise<void>;
  readonly status: () => ChangeSourceStatus;
};

export type ChangeSourceStatus = {
  /** `standby`: another process reads; this one takes over when that one's connection ends. */
  readonly role: 'connecting' | 'standby' | 'copying' | 'reading' | 'stopped';
  /** Handed to `deliver` and not yet done. */
  readonly inFlight: number;
  /** Read, but not handed over yet. */
  readonly waiting: number;
  /** Full resynchronisations since the start, the first copy included. */
  readonly copies: number;
  /** Why the last attempt ended; undefined while all is well. */
  readonly problem: string | undefined;
  /** What the database keeps for this source; undefined while that is not known. */
  readonly backlog: Backlog | undefined;
};

export type Backlog = {
  /** `pg_replication_slots.wal_status`, or `outbox`. */
  readonly state: string;
  /** Log or table space that is kept because of this source. */
  readonly retainedBytes: number;
  /** Written since the acknowledged position; of the log that is everybody's writing. */
  readonly unconfirmedBytes: number;
  /** May still be written before the source is in danger of losing its place; undefined where unlimited. */
  readonly safeBytes: number | undefined;
};

export type ChangeSourceOptions = {
  /** Name of the slot or of the poller's entry; the publication's, too, unless given. Lower case, digits, `_`. */
  readonly name: string;
  readonly tables: readonly FollowedTable[];
  readonly deliver: (change: RowChange) => Promise<void>;
  /** Bound on deliveries under way. */
  readonly maxInFlight: number;
  /** How long `run` waits for deliveries after the signal; what is left comes again after a restart. */
  readonly drainTimeoutMs: number;
  readonly log: {
    readonly info: (fields: object, message: string) => void;
    readonly warn: (fields: object, message: string) => void;
  };
};

export type FollowedTable = { readonly schema: string; readonly name: string };

export function tableName(table: FollowedTable): string {
  return `${table.schema}.${table.name}`;
}
