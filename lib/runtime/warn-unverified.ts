import type { Log } from './log.ts';
import { saySparingly } from './say-sparingly.ts';

const everyMs = 10_000;

/** Logs why tokens cannot be verified, which every request tells while a source of identity is away. */
export function warnUnverified(log: Log): (reason: string) => void {
  return saySparingly<string>((reason, more) => log.warn({ reason, more }, 'cannot verify tokens'), {
    everyMs,
    now: () => performance.now(),
  });
}
