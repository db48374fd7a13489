type Field = { readonly min: number; readonly max: number };

const fields: readonly Field[] = [
  { min: 0, max: 59 },
  { min: 0, max: 23 },
  { min: 1, max: 31 },
  { min: 1, max: 12 },
  { min: 0, max: 7 },
];

/**
 * The next time that a PingSource's five-field schedule is due after `afterMs`, in UTC. Day of month and day of
 * week are alternatives when both are given, as in every cron.
 * @throws TypeError for a schedule that cannot be read or never comes
 */
export function nextPingMs(schedule: string, afterMs: number): number {
  const parts = schedule.trim().split(/\s+/);
  if (parts.length !== fields.length) {
    throw new TypeError(`Cannot read schedule "${schedule}": ${parts.length} fields, expected 5`);
  }
  const [minutes, hours, days, months, weekdays] = fields.map((field, index) =>
    parseField(parts[index] ?? '', field, schedule),
  ) as [Set<number>, Set<number>, Set<number>, Set<number>, Set<number>];
  if (weekdays.has(7)) weekdays.add(0);
  const anyDay = parts[2] === '*';
  const anyWeekday = parts[4] === '*';

  const candidate = new Date(afterMs);
  candidate.setUTCSeconds(0, 0);
  candidate.setUTCMinutes(candidate.getUTCMinutes() + 1);
  // Five years hold every combination, 29 February among them.
  const endMs = afterMs + 5 * 366 * 86_400_000;
  while (candidate.getTime() < endMs) {
    const dayFits = days.has(candidate.getUTCDate());
    const weekdayFits = weekdays.has(candidate.getUTCDay());
    const dateFits = anyDay || anyWeekday ? dayFits && weekdayFits : dayFits || weekdayFits;
    if (!months.has(candidate.getUTCMonth() + 1) || !dateFits) {
      candidate.setUTCHours(24, 0);
    } else if (!hours.has(candidate.getUTCHours())) {
      candidate.setUTCHours(candidate.getUTCHours() + 1, 0);
    } else if (!minutes.has(candidate.getUTCMinutes())) {
      candidate.setUTCMinutes(candidate.getUTCMinutes() + 1);
    } else {
      return candidate.getTime();
    }
  }
  throw new TypeError(`Cannot use schedule "${schedule}": it never comes`);
}

function parseField(text: string, { min, max }: Field, schedule: string): Set<number> {
  const values = new Set<number>();
  for (const part of text.split(',')) {
    const match = /^(?:\*|(\d{1,2})(?:-(\d{1,2}))?)(?:\/(\d{1,2}))?$/.exec(part);
    const from = match?.[1] === undefined ? min : Number(match[1]);
    const step = match?.[3] === undefined ? 1 : Number(match[3]);
    const isRange = match?.[1] === undefined || match[2] !== undefined || match[3] !== undefined;
    const to = match?.[2] === undefined ? (isRange ? max : from) : Number(match[2]);
    if (match === null || from < min || to > max || from > to || step === 0) {
      throw new TypeError(`Cannot read schedule "${schedule}": "${part}", expected ${min} to ${max}`);
    }
    for (let value = from; value <= to; value += step) values.add(value);
  }
  return values;
}
