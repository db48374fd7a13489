import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addDays, missingDays, type Partition, plannedDrops } from './partition-plan.ts';

const today = '2026-03-01';
const plan = {
  today,
  retentionDays: () => 2,
  quotaBytes: 0,
  triggerRatio: 0.75,
  targetRatio: 0.6,
  otherBytes: 0,
};
const day = (offset: number, bytes = 100): Partition => ({
  table: 'events',
  day: addDays(today, offset),
  bytes,
});

describe('missingDays', () => {
  const wanted = { today, daysAhead: 3, retentionDays: 2, existing: new Set<string>(), defaultDays: [] };

  it('wants yesterday and the days ahead, also over the end of a month', () => {
    expect(missingDays(wanted)).toEqual(['2026-02-28', '2026-03-01', '2026-03-02', '2026-03-03']);
  });

  it('wants nothing that is there', () => {
    expect(missingDays({ ...wanted, existing: new Set(missingDays(wanted)) })).toEqual([]);
  });

  it('wants late days that the default partition holds rows of, but none that retention would drop', () => {
    const defaultDays = ['1970-01-01', '2026-02-26', '2026-02-27', '2033-01-01'];
    expect(missingDays({ ...wanted, defaultDays })).toContain('2026-02-27');
    expect(missingDays({ ...wanted, defaultDays })).toHaveLength(5);
  });
});

describe('plannedDrops', () => {
  it('keeps today and as many full days before it as retention says', () => {
    const drops = plannedDrops([day(-4), day(-3), day(-2), day(-1), day(0), day(1)], plan);
    expect(drops.map((drop) => [drop.day, drop.reason])).toEqual([
      ['2026-02-25', 'retention'],
      ['2026-02-26', 'retention'],
    ]);
  });

  it('drops the oldest until the target is met once the trigger is reached', () => {
    const quota = { ...plan, retentionDays: () => 30, quotaBytes: 1_000 };
    const partitions = [day(-3, 200), day(-2, 200), day(-1, 200), day(0, 100)];
    expect(plannedDrops(partitions, quota)).toEqual([]);
    expect(plannedDrops(partitions, { ...quota, otherBytes: 50 }).map((drop) => drop.day)).toEqual([
      '2026-02-26',
    ]);
  });

  it('does not count what retention drops towards the quota', () => {
    const drops = plannedDrops([day(-9, 700), day(-1, 100), day(0, 100)], { ...plan, quotaBytes: 1_000 });
    expect(drops.map((drop) => drop.reason)).toEqual(['retention']);
  });

  it('never drops today, a day to come, or the same partition twice, whatever the sizes', () => {
    const partitions = fc.uniqueArray(
      fc.record({
        table: fc.constantFrom('events', 'resource_history'),
        day: fc.integer({ min: -20, max: 20 }),
        bytes: fc.nat(1_000),
      }),
      { selector: (partition) => `${partition.table} ${partition.day}` },
    );
    fc.assert(
      fc.property(partitions, fc.nat(5_000), fc.integer({ min: 1, max: 20 }), (any, quotaBytes, days) => {
        const drops = plannedDrops(
          any.map((partition) => ({ ...partition, day: addDays(today, partition.day) })),
          { ...plan, quotaBytes, retentionDays: () => days },
        );
        expect(drops.every((drop) => drop.day < today)).toBe(true);
        expect(new Set(drops.map((drop) => `${drop.table} ${drop.day}`)).size).toBe(drops.length);
      }),
    );
  });
});
