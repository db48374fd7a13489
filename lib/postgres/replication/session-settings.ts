/**
 * What every session that reads rows for change events sets first, whatever the role's own defaults are: values
 * come in one form (see column-value.ts), and no timeout ends a copy or a stream that takes long.
 *
 * `lock_timeout` bounds the wait of a new slot for transactions that are still running.
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
];
