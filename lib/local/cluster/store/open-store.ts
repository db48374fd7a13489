import { mkdirSync } from 'node:fs';

import type { KubernetesObject } from '../../../core/kubernetes-object.ts';
import type { Change } from './change.ts';
import { lockDataDirectory } from './data-lock.ts';
import { Journal } from './journal.ts';
import { type HistoryWindow, RevisionStore } from './revision-store.ts';
import { type FieldsOf, restoreStoredObject } from './stored-object.ts';

/**
 * The store of a cluster: in memory, and with a directory also on disk, where a second start finds it again
 * at the same revision. Histories are not kept: after a start every earlier version is gone, as after the
 * restart of an API server.
 */
export function openStore(options: {
  readonly directory: string | undefined;
  readonly window: HistoryWindow;
  readonly nowMs: () => number;
  readonly fieldsOf: (storage: string) => FieldsOf;
}): { readonly store: RevisionStore; readonly close: () => void } {
  const { directory, window, nowMs } = options;
  if (directory === undefined) {
    return { store: new RevisionStore({ window, nowMs, record: () => undefined }), close: () => undefined };
  }
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const unlock = lockDataDirectory(directory);
  const { journal, content } = openJournal(directory, unlock);
  const record = (change: Change) => journal.append(change);
  const store = new RevisionStore({ window, nowMs, record });
  if (content.revision > 0) {
    store.restore(
      content.revision,
      [...content.objects.values()].map(({ storage, bytes }) => {
        const object = JSON.parse(bytes.toString()) as KubernetesObject;
        return { storage, object: restoreStoredObject(object, bytes, options.fieldsOf(storage)) };
      }),
    );
  }
  const release = store.subscribeAll(() => {
    if (journal.isDue) journal.rewrite(store.revision, store.all());
  });
  return {
    store,
    close: () => {
      release();
      journal.close();
      unlock();
    },
  };
}

function openJournal(directory: string, unlock: () => void): ReturnType<typeof Journal.open> {
  try {
    return Journal.open(directory);
  } catch (error) {
    unlock();
    throw error;
  }
}
