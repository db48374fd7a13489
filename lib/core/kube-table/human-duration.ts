const secondMs = 1_000;
const minuteMs = 60 * secondMs;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;
const yearMs = 365 * dayMs;

/** A duration as kubectl shows ages: two units at most, fewer the longer it is; `119s`, `5m3s`, `3h`, `2d4h`. */
export function humanDuration(durationMs: number): string {
  if (durationMs <= -2 * secondMs) return '<invalid>';
  if (durationMs < 0) return '0s';
  if (durationMs < 2 * minuteMs) return `${Math.floor(durationMs / secondMs)}s`;
  if (durationMs < 10 * minuteMs) return inUnits(durationMs, [minuteMs, 'm'], [secondMs, 's']);
  if (durationMs < 3 * hourMs) return `${Math.floor(durationMs / minuteMs)}m`;
  if (durationMs < 8 * hourMs) return inUnits(durationMs, [hourMs, 'h'], [minuteMs, 'm']);
  if (durationMs < 2 * dayMs) return `${Math.floor(durationMs / hourMs)}h`;
  if (durationMs < 8 * dayMs) return inUnits(durationMs, [dayMs, 'd'], [hourMs, 'h']);
  if (durationMs < 2 * yearMs) return `${Math.floor(durationMs / dayMs)}d`;
  if (durationMs < 8 * yearMs) return inUnits(durationMs, [yearMs, 'y'], [dayMs, 'd']);
  return `${Math.floor(durationMs / yearMs)}y`;
}

type Unit = readonly [ms: number, letter: string];

function inUnits(durationMs: number, [largeMs, large]: Unit, [smallMs, small]: Unit): string {
  const rest = Math.floor((durationMs % largeMs) / smallMs);
  return `${Math.floor(durationMs / largeMs)}${large}${rest === 0 ? '' : `${rest}${small}`}`;
}

/** How long ago a timestamp was; `<unknown>` where there is none. */
export function ageOf(timestamp: unknown, now: Date): string {
  if (typeof timestamp !== 'string' || timestamp === '') return '<unknown>';
  const ms = Date.parse(timestamp);
  return Number.isNaN(ms) ? '<invalid>' : humanDuration(now.getTime() - ms);
}
