/**
 * What every session that reads rows for change events sets first, whatever the role's own defaults are: values
 * come in one form (see column-value.ts), and no timeout ends a copy or a stream that takes long.
 *
 * `wal_sender_timeout`: the server drops a reader that has gone silently, and with it its slot's lock, after
 * this time. `lock_timeout` bounds the wait of a new slot for transactions that are still running.
 */
export const sessionSettings: readonly string[] = [
  "set timezone = 'UTC'",
  "set datestyle = 'ISO'",
  "set intervalstyle = 'postgres'",
  "set bytea_output = 'hex'",
  'set extra_float_digits = 1',
  'set statement_timeout = 0',
  'set idle_in_transaction_session_timeout = 0',
  "set lock_timeout = '30s'",
  "set wal_sender_timeout = '30s'",
];

/** A third of `wal_sender_timeout`: two status updates may be lost before the server gives up on us. */
export const statusIntervalMs = 10_000;

/** The server answers every status update; silence for this long means that the connection is dead. */
export const silenceTimeoutMs = 60_000;
