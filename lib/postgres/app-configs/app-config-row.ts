/** Columns of list-app-configs.sql and get-app-config.sql. */
export type AppConfigRow = {
  readonly id: string;
  readonly name: string;
  readonly repository_url: string;
  readonly branch: string;
  readonly environment: string;
  readonly generation: number;
  /** To the microsecond, for cursors. */
  readonly created_at_text: string;
  readonly created_at: Date;
  readonly updated_at: Date;
  readonly changed_by: string | null;
  readonly deleted_at: Date | null;
  readonly phase: string | null;
  readonly observed_generation: number | null;
  readonly reason: string | null;
  readonly message: string | null;
  readonly next_retry_at: Date | null;
  readonly rendered_at: Date | null;
  readonly revision: string | null;
};
