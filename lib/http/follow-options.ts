import type { FollowOptions } from './follow-stream.ts';

/** Tokens of open streams are verified this often, so that one that is over ends its stream within seconds. */
const recheckMs = 4_000;
const unknownRightsMs = 30_000;

/** How one stream is followed, by `streamConfig` of lib/runtime. */
export function followOptions(
  config: { readonly HEARTBEAT_INTERVAL: number; readonly STREAM_LIFETIME: number },
  random: () => number,
): FollowOptions {
  return {
    heartbeatMs: config.HEARTBEAT_INTERVAL,
    recheckMs,
    unknownRightsMs,
    // Spread, because clients that came together would come back together.
    lifetimeMs: config.STREAM_LIFETIME * (0.9 + random() * 0.1),
  };
}
