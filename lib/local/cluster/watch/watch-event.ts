import type { Status } from '../http/status-error.ts';
import type { Change } from '../store/change.ts';
import { createStoredObject, parseStored, type StoredObject } from '../store/stored-object.ts';

/** One line of a watch before it is rendered. */
export type WatchEvent =
  | { readonly type: 'ADDED' | 'MODIFIED' | 'DELETED'; readonly stored: StoredObject }
  | { readonly type: 'BOOKMARK'; readonly revision: number; readonly endsInitialEvents: boolean }
  | { readonly type: 'ERROR'; readonly status: Status };

/**
 * What one change means to a watch with a selection: an object that starts to match is ADDED, one that stops
 * is DELETED with its last matching state at the new revision, and one that never matched is nothing.
 */
export function eventOf(change: Change, matches: (object: StoredObject) => boolean): WatchEvent | undefined {
  const { before, after } = change;
  const matchedBefore = before !== undefined && matches(before);
  if (change.type === 'deleted') {
    return matchedBefore ? { type: 'DELETED', stored: after } : undefined;
  }
  const matchesNow = matches(after);
  if (matchesNow) return { type: matchedBefore ? 'MODIFIED' : 'ADDED', stored: after };
  if (!matchedBefore) return undefined;
  const left = createStoredObject(parseStored(before), change.revision, () => before.fields);
  return { type: 'DELETED', stored: left };
}
