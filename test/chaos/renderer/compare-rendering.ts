/** An AppConfig as the database has it once all is quiet. */
export type WantedConfig = {
  readonly id: string;
  readonly name: string;
  readonly generation: number;
  readonly repositoryUrl: string;
  readonly branch: string;
  readonly environment: string;
  /** False where a field breaks a rule that SQL alone does not enforce. */
  readonly isValid: boolean;
  /** Soft delete that nobody has confirmed yet. */
  readonly deleted: boolean;
  readonly phase: string | undefined;
  readonly observedGeneration: number | undefined;
};

/** An object or a file in the target. */
export type Rendered = {
  readonly name: string;
  /** AppConfig that it says to come from; undefined without our marks. */
  readonly id: string | undefined;
  readonly generation: number | undefined;
  readonly spec: Readonly<Record<string, unknown>>;
};

/** How target and database differ; all empty means converged. */
export type RenderingDifferences = {
  /** Rows without their object, and changes that the database confirmed and does not know. */
  readonly lost: string[];
  /** Objects that are not as their row wants them. */
  readonly stale: string[];
  /** Objects with our marks that no row wants: left behind, or come back. */
  readonly zombies: string[];
  /** AppConfigs with more than one object. */
  readonly duplicates: string[];
  /** Rows and generations whose outcome is missing or wrong. */
  readonly statuses: string[];
  /** What belongs to others and was not left alone. */
  readonly damage: string[];
};

export function compareRendering(
  rows: readonly WantedConfig[],
  rendered: readonly Rendered[],
): Omit<RenderingDifferences, 'damage'> {
  const differences = {
    lost: [] as string[],
    stale: [] as string[],
    zombies: [] as string[],
    duplicates: [] as string[],
    statuses: [] as string[],
  };
  const byName = new Map(rendered.map((object) => [object.name, object]));
  const byId = Map.groupBy(
    rendered.filter(({ id }) => id !== undefined),
    ({ id }) => id,
  );
  const known = new Map(rows.map((row) => [row.id, row]));
  for (const row of rows) {
    const problem = statusProblem(row);
    if (problem !== undefined) differences.statuses.push(`${describe(row)}: ${problem}`);
    if ((byId.get(row.id)?.length ?? 0) > 1) differences.duplicates.push(describe(row));
    // What was there before a row was refused stays, under whatever name that was.
    if (row.deleted || !row.isValid) continue;
    const object = byName.get(row.name);
    if (object?.id !== row.id) differences.lost.push(`${describe(row)}: ${object?.id ?? 'no object'}`);
    else if (!isAsWanted(object, row)) differences.stale.push(`${describe(row)}: ${JSON.stringify(object)}`);
  }
  for (const object of rendered) {
    if (object.id === undefined || isWanted(object, known.get(object.id))) continue;
    differences.zombies.push(`${object.name} of ${object.id}`);
  }
  return differences;
}

function statusProblem(row: WantedConfig): string | undefined {
  if (row.deleted) return 'its delete is not confirmed';
  const phase = row.isValid ? 'applied' : 'refused';
  return row.phase === phase && row.observedGeneration === row.generation
    ? undefined
    : `${row.phase} of ${row.observedGeneration}, expected ${phase}`;
}

function isWanted(object: Rendered, row: WantedConfig | undefined): boolean {
  return row !== undefined && !row.deleted && (!row.isValid || row.name === object.name);
}

function isAsWanted(object: Rendered, row: WantedConfig): boolean {
  const { spec } = object;
  return (
    object.generation === row.generation &&
    spec['id'] === row.id &&
    spec['name'] === row.name &&
    spec['repository_url'] === row.repositoryUrl &&
    spec['branch'] === row.branch &&
    spec['environment'] === row.environment
  );
}

function describe(row: WantedConfig): string {
  return `${row.name} ${row.id}@${row.generation}`;
}
