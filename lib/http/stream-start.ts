import type { StreamIds } from '../core/stream-id.ts';
import type { StreamStart } from './stream-framing.ts';

/** Where a client that sends this Last-Event-ID goes on. */
export async function streamStart(
  lastEventId: string | undefined,
  ids: StreamIds,
  readBounds: () => Promise<{ readonly head: number; readonly horizon: number }>,
): Promise<StreamStart> {
  if (lastEventId === undefined || lastEventId === '') return { kind: 'now' };
  const position = ids.positionOf(lastEventId);
  if (position === undefined) return { kind: 'resync', reason: 'the last event id is not known here' };
  const { head, horizon } = await readBounds();
  if (position > head) return { kind: 'resync', reason: 'the database is older than the last event id' };
  if (position < horizon) return { kind: 'resync', reason: 'what came after the last event id is gone' };
  return { kind: 'after', position };
}
