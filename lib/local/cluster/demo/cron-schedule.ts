/** Minutes, UTC, at which something is due. */
export type CronSchedule = { readonly isDue: (minute: Date) => boolean };

const names = {
  month: ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'],
  day: ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'],
};

const shortcuts: Readonly<Record<string, string>> = {
  '@yearly': '0 0 1 1 *',
  '@annually': '0 0 1 1 *',
  '@monthly': '0 0 1 * *',
  '@weekly': '0 0 * * 0',
  '@daily': '0 0 * * *',
  '@midnight': '0 0 * * *',
  '@hourly': '0 * * * *',
};

/**
 * Reads the five fields of a crontab line: `*`, numbers, names of months and days, ranges, steps, lists and
 * the `@` shortcuts. Where both days are given, either is enough, as in every cron.
 * @returns undefined for a text that is no schedule
 */
export function parseCronSchedule(text: string): CronSchedule | undefined {
  const fields = (shortcuts[text.trim()] ?? text.trim()).split(/\s+/);
  const [minutes, hours, days, months, weekdays] = fields;
  if (fields.length !== 5 || minutes === undefined || hours === undefined) return undefined;
  if (days === undefined || months === undefined || weekdays === undefined) return undefined;
  const minute = parseField(minutes, 0, 59);
  const hour = parseField(hours, 0, 23);
  const day = parseField(days, 1, 31);
  const month = parseField(months, 1, 12, names.month);
  const weekday = parseField(weekdays, 0, 7, names.day);
  if (!minute || !hour || !day || !month || !weekday) return undefined;
  if (weekday.has(7)) weekday.add(0);
  const isEitherDay = !isStar(days) && !isStar(weekdays);
  return {
    isDue: (at) => {
      const onDay = day.has(at.getUTCDate());
      const onWeekday = weekday.has(at.getUTCDay());
      return (
        minute.has(at.getUTCMinutes()) &&
        hour.has(at.getUTCHours()) &&
        month.has(at.getUTCMonth() + 1) &&
        (isEitherDay ? onDay || onWeekday : onDay && onWeekday)
      );
    },
  };
}

function isStar(field: string): boolean {
  return field.startsWith('*') || field.startsWith('?');
}

function parseField(
  field: string,
  min: number,
  max: number,
  words: readonly string[] = [],
): Set<number> | undefined {
  const values = new Set<number>();
  for (const part of field.split(',')) {
    const [range, step, ...more] = part.split('/');
    const bounds = parseRange(range ?? '', min, max, words);
    const stride = step === undefined ? 1 : parseNumber(step);
    if (bounds === undefined || more.length > 0 || stride === undefined || stride === 0) return undefined;
    // `5/15` means from 5 on.
    const last = step !== undefined && bounds.isSingle ? max : bounds.last;
    for (let value = bounds.first; value <= last; value += stride) values.add(value);
  }
  return values;
}

function parseRange(
  text: string,
  min: number,
  max: number,
  words: readonly string[],
): { first: number; last: number; isSingle: boolean } | undefined {
  if (text === '*' || text === '?') return { first: min, last: max, isSingle: false };
  const ends = text.split('-');
  const [first, last = first] = ends.map((end) => {
    const word = words.indexOf(end.toLowerCase());
    return word === -1 ? parseNumber(end) : word + (min === 1 ? 1 : 0);
  });
  if (first === undefined || last === undefined || ends.length > 2) return undefined;
  if (first < min || last > max || first > last) return undefined;
  return { first, last, isSingle: ends.length === 1 };
}

function parseNumber(text: string): number | undefined {
  return /^\d{1,3}$/.test(text) ? Number(text) : undefined;
}
