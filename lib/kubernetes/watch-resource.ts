import { resourcePath } from '../core/resource-path.ts';
import { passOnFrame } from './pass-on-frame.ts';
import type { ReflectorParts } from './reflector-parts.ts';
import type { AttemptEnd } from './watch-decision.ts';
import { watchOnce } from './watch-once.ts';
import { drawWatchTimeout, timeoutGraceMs } from './watch-timeout.ts';

/** Watches a resource from the last version on, until the connection ends in whatever way. */
export async function watchResource(reflector: ReflectorParts, signal: AbortSignal): Promise<AttemptEnd> {
  const { options, state } = reflector;
  await options.gate.pass(signal);
  state.phase = 'watching';
  const timeoutSeconds = drawWatchTimeout(options.random());
  const resourceVersion = state.lastVersion ?? '';
  const query = new URLSearchParams({
    watch: '1',
    resourceVersion,
    allowWatchBookmarks: 'true',
    timeoutSeconds: String(timeoutSeconds),
  });
  options.observe({ kind: 'watching', resourceVersion });
  const maxSilenceMs = state.expectsBookmarks
    ? options.maxSilenceMs
    : timeoutSeconds * 1_000 + timeoutGraceMs;
  let heard = 0;
  const end = await watchOnce(
    {
      ...options,
      path: `${resourcePath(options.kind, { namespace: options.namespace })}?${query.toString()}`,
      maxSilenceMs: () => maxSilenceMs,
      signal,
    },
    (frame) => {
      heard += 1;
      if (heard === 1) options.gate.reached();
      state.heardAtMs = options.nowMs();
      return passOnFrame(reflector, frame);
    },
  );
  if (heard > 0) state.silentWatches = 0;
  if (end.kind === 'stalled' && heard === 0) {
    state.silentWatches += 1;
    // No server that sends bookmarks is silent three times in a row.
    if (state.silentWatches >= 3) state.expectsBookmarks = false;
  }
  return end;
}
