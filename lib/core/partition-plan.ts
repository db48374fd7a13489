/** A day in UTC, `2026-11-20`: the unit of partitions. Compares as text. */
export type Day = string;

const dayMs = 86_400_000;

export function dayOf(ms: number): Day {
  return new Date(ms).toISOString().slice(0, 10);
}

export function addDays(day: Day, days: number): Day {
  return dayOf(Date.parse(day) + days * dayMs);
}

/** One daily partition as the catalog has it. */
export type Partition<Table extends string = string> = {
  /** Partitioned table that it belongs to. */
  readonly table: Table;
  readonly day: Day;
  readonly bytes: number;
};

/**
 * Days that need a partition: yesterday, for what is late, to `daysAhead` days from today on, and whatever day
 * the default partition holds rows of, as long as it is kept and not absurdly far ahead.
 * @param defaultDays days that the default partition holds rows of
 */
export function missingDays(options: {
  readonly today: Day;
  readonly daysAhead: number;
  readonly retentionDays: number;
  readonly existing: ReadonlySet<Day>;
  readonly defaultDays: readonly Day[];
}): Day[] {
  const { today, daysAhead, existing } = options;
  const last = addDays(today, Math.max(daysAhead, 1) - 1);
  const wanted = new Set<Day>();
  for (let day = addDays(today, -1); day <= last; day = addDays(day, 1)) wanted.add(day);
  for (const day of options.defaultDays) {
    if (day >= oldestKeptDay(today, options.retentionDays) && day <= last) wanted.add(day);
  }
  return [...wanted].filter((day) => !existing.has(day)).sort();
}

/** The oldest day that is kept whole, besides today: with 2 days, the day before yesterday. */
export function oldestKeptDay(today: Day, retentionDays: number): Day {
  return addDays(today, -retentionDays);
}

export type Drop<Table extends string = string> = Partition<Table> & {
  readonly reason: 'retention' | 'quota';
};

/**
 * Partitions to drop. Retention first: what lies before the oldest kept day. Then the quota, on what is left:
 * when the sizes reach `triggerRatio` of it, the oldest go until `targetRatio` is met. Today's partition and
 * those of days to come are never dropped, whatever the quota says (I8).
 * @param options.quotaBytes 0 for no quota
 */
export function plannedDrops<Table extends string>(
  partitions: readonly Partition<Table>[],
  options: {
    readonly today: Day;
    readonly retentionDays: (table: Table) => number;
    readonly quotaBytes: number;
    readonly triggerRatio: number;
    readonly targetRatio: number;
    /** Size of what is no daily partition and still counts, such as the default ones. */
    readonly otherBytes: number;
  },
): Drop<Table>[] {
  const { today } = options;
  const isExpired = (partition: Partition<Table>) =>
    partition.day < oldestKeptDay(today, options.retentionDays(partition.table));
  const drops: Drop<Table>[] = partitions
    .filter((partition) => partition.day < today && isExpired(partition))
    .map((partition) => ({ ...partition, reason: 'retention' }));
  const kept = partitions.filter((partition) => partition.day >= today || !isExpired(partition));
  let bytes = options.otherBytes + kept.reduce((sum, partition) => sum + partition.bytes, 0);
  if (options.quotaBytes === 0 || bytes < options.quotaBytes * options.triggerRatio) return drops;
  const oldestFirst = kept
    .filter((partition) => partition.day < today)
    .sort((a, b) => (a.day === b.day ? b.bytes - a.bytes : a.day < b.day ? -1 : 1));
  for (const partition of oldestFirst) {
    if (bytes <= options.quotaBytes * options.targetRatio) break;
    drops.push({ ...partition, reason: 'quota' });
    bytes -= partition.bytes;
  }
  return drops;
}
