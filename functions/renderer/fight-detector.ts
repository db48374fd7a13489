/**
 * Notices that an object is changed again as often as it is put right: somebody else manages it too, and the two
 * would go on for ever, each change waking up everybody who watches.
 */
export type FightDetector = {
  /**
   * One more correction is due.
   * @returns how long to leave the object alone, or nothing where it may be corrected now
   */
  readonly correct: (id: string) => { readonly pauseMs: number } | undefined;
};

export type FightLimits = {
  /** Corrections of one object inside the window that are still a coincidence. */
  readonly maxCorrections: number;
  readonly windowMs: number;
  readonly firstPauseMs: number;
  readonly maxPauseMs: number;
};

/** Config Sync reports a fight at more than 5 corrections a minute, too. */
export const defaultFightLimits: FightLimits = {
  maxCorrections: 5,
  windowMs: 60_000,
  firstPauseMs: 60_000,
  maxPauseMs: 600_000,
};

/** Forgotten first are those that were quiet the longest. */
const maxTracked = 10_000;

export function createFightDetector(now: () => number, limits: FightLimits): FightDetector {
  const tracked = new Map<string, { times: number[]; pauses: number; pausedUntilMs: number }>();
  return {
    correct: (id) => {
      const nowMs = now();
      const entry = tracked.get(id) ?? { times: [], pauses: 0, pausedUntilMs: 0 };
      tracked.delete(id);
      tracked.set(id, entry);
      if (tracked.size > maxTracked) {
        const [oldest] = tracked.keys();
        if (oldest !== undefined) tracked.delete(oldest);
      }
      if (nowMs < entry.pausedUntilMs) return { pauseMs: entry.pausedUntilMs - nowMs };
      // A peace that lasted as long as the longest pause ends the story.
      const last = entry.times.at(-1);
      if (last !== undefined && nowMs - last > limits.maxPauseMs) entry.pauses = 0;
      entry.times = entry.times.filter((timeMs) => nowMs - timeMs < limits.windowMs);
      // After a pause one correction is allowed, to see whether the other side has given up.
      const allowed = entry.pauses === 0 ? limits.maxCorrections : 1;
      if (entry.times.length < allowed) {
        entry.times.push(nowMs);
        return undefined;
      }
      const pauseMs = Math.min(limits.firstPauseMs * 2 ** entry.pauses, limits.maxPauseMs);
      entry.pauses += 1;
      entry.times = [];
      entry.pausedUntilMs = nowMs + pauseMs;
      return { pauseMs };
    },
  };
}
