/** An AppConfig as the renderer sees it: its row, and what is known of its rendering. */
export type RenderInput = {
  readonly id: string;
  /** The row; `undefined` where it is gone for good. */
  readonly row: RenderRow | undefined;
  /** What may be left in the target; `undefined` where nothing was ever rendered or all of it is confirmed gone. */
  readonly status: RenderStatus | undefined;
};

export type RenderRow = {
  readonly name: string;
  readonly repositoryUrl: string;
  readonly branch: string;
  readonly environment: string;
  readonly generation: number;
  /** Deleted, but not yet confirmed. */
  readonly deleted: boolean;
};

export type RenderStatus = {
  /** Newest generation, that of the delete included. */
  readonly generation: number;
  /** Somebody deleted the row, softly or for good; a row that vanished without that (TRUNCATE) leaves false. */
  readonly deleteWanted: boolean;
  /** Names that an object or file of this AppConfig may have. */
  readonly renderedNames: readonly string[];
  readonly phase: 'pending' | 'applied' | 'refused' | 'failed';
  readonly observedGeneration: number | undefined;
  readonly attempts: number;
};

/** Columns of read-render-inputs.sql and list-render-inputs.sql. */
export type RenderInputRow = {
  id: string;
  name: string | null;
  repository_url: string;
  branch: string;
  environment: string;
  generation: number;
  soft_deleted: boolean;
  newest_generation: number | null;
  delete_wanted: boolean;
  rendered_names: string[];
  phase: RenderStatus['phase'];
  observed_generation: number | null;
  attempts: number;
};

export function renderInputOf(row: RenderInputRow): RenderInput {
  return {
    id: row.id,
    row:
      row.name === null
        ? undefined
        : {
            name: row.name,
            repositoryUrl: row.repository_url,
            branch: row.branch,
            environment: row.environment,
            generation: row.generation,
            deleted: row.soft_deleted,
          },
    status:
      row.newest_generation === null
        ? undefined
        : {
            generation: row.newest_generation,
            deleteWanted: row.delete_wanted,
            renderedNames: row.rendered_names,
            phase: row.phase,
            observedGeneration: row.observed_generation ?? undefined,
            attempts: row.attempts,
          },
  };
}
