import {
  addDays,
  type Day,
  type Drop,
  dayOf,
  missingDays,
  oldestKeptDay,
  plannedDrops,
} from '../../lib/core/partition-plan.ts';
import type { PartitionedTable, PartitionList } from '../../lib/postgres/partitions.ts';

export type MaintenanceOptions = {
  readonly daysAhead: number;
  readonly retentionDays: Readonly<Record<PartitionedTable, number>>;
  readonly quotaBytes: number;
  readonly triggerRatio: number;
  readonly targetRatio: number;
  /** 0 keeps for ever. */
  readonly deletedRetentionDays: number;
  /** 0 keeps for ever. */
  readonly quarantineRetentionDays: number;
  readonly dryRun: boolean;
};

export type MaintenanceDependencies = {
  readonly nowMs: () => number;
  readonly listPartitions: (table: PartitionedTable) => Promise<PartitionList>;
  readonly daysInDefault: (table: PartitionedTable) => Promise<Day[]>;
  /** Returns rows that were moved out of the default partition. */
  readonly createPartition: (table: PartitionedTable, day: Day) => Promise<number>;
  readonly dropPartition: (drop: Drop<PartitionedTable>) => Promise<void>;
  /** Returns rows that were deleted. */
  readonly emptyDefault: (table: PartitionedTable, before: Day) => Promise<number>;
  readonly purgeDeleted: (before: Date) => Promise<number>;
  readonly purgeQuarantine: (before: Date) => Promise<number>;
  readonly onFailure: (step: string, error: unknown) => void;
};

/** What one round did, or would have done in a dry run. */
export type MaintenanceReport = {
  readonly created: readonly string[];
  readonly moved: number;
  readonly dropped: readonly string[];
  readonly deletedFromDefault: number;
  readonly purgedObjects: number;
  readonly purgedQuarantine: number;
  /** Space of all partitions after the drops. */
  readonly bytes: number;
  /** Steps that failed; the others were done all the same. */
  readonly failedSteps: number;
};

const tables: readonly PartitionedTable[] = ['events', 'resource_history'];
const dayMs = 86_400_000;

/**
 * One round of maintenance: partitions made ahead, the default ones emptied, retention, quota, purges. A step
 * that fails, most likely for want of a lock, keeps no other from being done; the next round makes up for it.
 */
export async function maintain(
  options: MaintenanceOptions,
  deps: MaintenanceDependencies,
): Promise<MaintenanceReport> {
  const nowMs = deps.nowMs();
  const today = dayOf(nowMs);
  let failedSteps = 0;
  const step = async <Result>(
    name: string,
    work: () => Promise<Result>,
    otherwise: Result,
  ): Promise<Result> => {
    try {
      return await work();
    } catch (error) {
      failedSteps += 1;
      deps.onFailure(name, error);
      return otherwise;
    }
  };

  const created: string[] = [];
  let moved = 0;
  let deletedFromDefault = 0;
  for (const table of tables) {
    const retentionDays = options.retentionDays[table];
    const days = await step(`plan ${table}`, () => daysToCreate(table, today, options, deps), []);
    for (const day of days) {
      // Making partitions is harmless and needed, so a dry run does it too.
      const rows = await step(`create ${table} ${day}`, () => deps.createPartition(table, day), undefined);
      if (rows === undefined) continue;
      created.push(`${table} ${day}`);
      moved += rows;
    }
    if (options.dryRun) continue;
    deletedFromDefault += await step(
      `empty default of ${table}`,
      () => deps.emptyDefault(table, oldestKeptDay(today, retentionDays)),
      0,
    );
  }

  const lists = await step('list', () => Promise.all(tables.map(deps.listPartitions)), []);
  const drops = plannedDrops(
    lists.flatMap((list) => list.daily),
    {
      today,
      retentionDays: (table) => options.retentionDays[table],
      quotaBytes: options.quotaBytes,
      triggerRatio: options.triggerRatio,
      targetRatio: options.targetRatio,
      otherBytes: lists.reduce((sum, list) => sum + list.otherBytes, 0),
    },
  );
  const dropped: string[] = [];
  let bytes = lists.reduce(
    (sum, list) => sum + list.otherBytes + list.daily.reduce((size, partition) => size + partition.bytes, 0),
    0,
  );
  for (const drop of drops) {
    const name = `${drop.table} ${drop.day} (${drop.reason})`;
    const done =
      options.dryRun || (await step(`drop ${name}`, () => deps.dropPartition(drop).then(() => true), false));
    if (!done) continue;
    dropped.push(name);
    bytes -= drop.bytes;
  }

  const purge = async (
    name: string,
    days: number,
    work: (before: Date) => Promise<number>,
  ): Promise<number> =>
    days === 0 || options.dryRun ? 0 : step(name, () => work(new Date(nowMs - days * dayMs)), 0);
  const purgedObjects = await purge('purge deleted', options.deletedRetentionDays, deps.purgeDeleted);
  const purgedQuarantine = await purge(
    'purge quarantine',
    options.quarantineRetentionDays,
    deps.purgeQuarantine,
  );
  return { created, moved, dropped, deletedFromDefault, purgedObjects, purgedQuarantine, bytes, failedSteps };
}

async function daysToCreate(
  table: PartitionedTable,
  today: Day,
  options: MaintenanceOptions,
  deps: MaintenanceDependencies,
): Promise<Day[]> {
  const { daily } = await deps.listPartitions(table);
  const existing = new Set(daily.map((partition) => partition.day));
  const days = missingDays({
    today,
    daysAhead: options.daysAhead,
    retentionDays: options.retentionDays[table],
    existing,
    defaultDays: await deps.daysInDefault(table),
  });
  // Today's and tomorrow's first: rows are waiting for them.
  return days.sort((a, b) => distance(a, today) - distance(b, today));
}

function distance(day: Day, today: Day): number {
  return day >= addDays(today, -1) ? Date.parse(day) - Date.parse(today) + dayMs : Number.MAX_SAFE_INTEGER;
}
