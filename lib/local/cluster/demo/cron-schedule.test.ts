import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseCronSchedule } from './cron-schedule.ts';

const isDue = (schedule: string, at: string) => parseCronSchedule(schedule)?.isDue(new Date(at));

describe('parseCronSchedule', () => {
  it('reads minutes, hours, ranges, steps and lists', () => {
    expect(isDue('* * * * *', '2026-03-01T10:17:00Z')).toBe(true);
    expect(isDue('*/15 * * * *', '2026-03-01T10:45:00Z')).toBe(true);
    expect(isDue('*/15 * * * *', '2026-03-01T10:46:00Z')).toBe(false);
    expect(isDue('5/20 9-17 * * *', '2026-03-01T17:45:00Z')).toBe(true);
    expect(isDue('5/20 9-17 * * *', '2026-03-01T18:45:00Z')).toBe(false);
    expect(isDue('0 0,12 1-10/3 * *', '2026-03-07T12:00:00Z')).toBe(true);
    expect(isDue('0 0,12 1-10/3 * *', '2026-03-08T12:00:00Z')).toBe(false);
  });

  it('reads names of months and days, Sunday as 0 and 7, and the shortcuts', () => {
    expect(isDue('0 6 * MAR sun', '2026-03-01T06:00:00Z')).toBe(true);
    expect(isDue('0 6 * * 7', '2026-03-01T06:00:00Z')).toBe(true);
    expect(isDue('0 6 * apr *', '2026-03-01T06:00:00Z')).toBe(false);
    expect(isDue('@daily', '2026-03-01T00:00:00Z')).toBe(true);
    expect(isDue('@hourly', '2026-03-01T04:01:00Z')).toBe(false);
  });

  it('takes either day where both are given', () => {
    expect(isDue('0 0 13 * fri', '2026-03-13T00:00:00Z')).toBe(true);
    expect(isDue('0 0 13 * fri', '2026-03-06T00:00:00Z')).toBe(true);
    expect(isDue('0 0 13 * fri', '2026-04-13T00:00:00Z')).toBe(true);
    expect(isDue('0 0 13 * fri', '2026-04-14T00:00:00Z')).toBe(false);
  });

  it.each([
    '',
    '* * * *',
    '60 * * * *',
    '* 24 * * *',
    '* * 0 * *',
    '5-1 * * * *',
    '*/0 * * * *',
    'a * * * *',
    '1-2-3 * * * *',
  ])('says that %j is no schedule', (text) => {
    expect(parseCronSchedule(text)).toBeUndefined();
  });

  it('finds exactly the minutes of a list', () => {
    const minutes = fc.uniqueArray(fc.integer({ min: 0, max: 59 }), { minLength: 1 });
    fc.assert(
      fc.property(minutes, fc.integer({ min: 0, max: 59 }), (listed, minute) => {
        const at = new Date(Date.UTC(2026, 4, 4, 3, minute));
        expect(parseCronSchedule(`${listed.join(',')} * * * *`)?.isDue(at)).toBe(listed.includes(minute));
      }),
    );
  });

  it('reads any text without an error, as a schedule or as none', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...Array.from('*/-,0123456789 @?sunjan')) }), (text) => {
        expect(parseCronSchedule(text)?.isDue(new Date(0))).toBeOneOf([true, false, undefined]);
      }),
    );
  });
});
