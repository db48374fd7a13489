import type { RevisionStore } from '../store/revision-store.ts';
import type { StoredObject } from '../store/stored-object.ts';

/** All objects of one storage as they are now; `prefix` is `namespace/` or empty. */
export function everyObject(store: RevisionStore, storage: string, prefix = ''): readonly StoredObject[] {
  return store.list(storage, {
    prefix,
    startKey: '',
    revision: store.revision,
    limit: 0,
    matches: () => true,
  }).items;
}
