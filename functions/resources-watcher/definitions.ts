import { type CustomResource, readCustomResource } from '../../lib/core/custom-resource.ts';
import type { ReflectorChange } from '../../lib/core/reflector-change.ts';

/** The CustomResourceDefinitions of the cluster, as far as reflectors need them. */
export type Definitions = {
  /** Takes a change of a definition in; true where what should be followed may have changed. */
  readonly take: (change: ReflectorChange) => boolean;
  /** Those that are established. */
  readonly all: () => readonly CustomResource[];
  /** Whether there is a definition at all, established or not: as long as there is, objects may exist. */
  readonly has: (resource: { readonly group: string; readonly resource: string }) => boolean;
  /** A whole list has been seen: what is missing then does not exist. */
  readonly isComplete: () => boolean;
  /** Version of the definitions that has been taken in, `''` before the first list. */
  readonly resourceVersion: () => string;
};

export function createDefinitions(): Definitions {
  const byName = new Map<string, CustomResource | undefined>();
  let complete = false;
  let resourceVersion = '';
  const put = (name: string, resource: CustomResource | undefined): boolean => {
    const previous = byName.get(name);
    byName.set(name, resource);
    return JSON.stringify(previous) !== JSON.stringify(resource);
  };
  return {
    take: (change) => {
      switch (change.kind) {
        case 'upserted':
          if (change.cause === 'watched') resourceVersion = change.object.metadata.resourceVersion ?? '';
          return put(change.object.metadata.name ?? '', readCustomResource(change.object));
        case 'deleted':
          resourceVersion = change.object.metadata.resourceVersion ?? '';
          return byName.delete(change.object.metadata.name ?? '');
        case 'gone':
          return byName.delete(change.identity.name);
        case 'progress': {
          resourceVersion = change.resourceVersion;
          const isFirst = change.synced && !complete;
          complete ||= change.synced;
          return isFirst;
        }
        case 'manifest':
          return false;
      }
    },
    all: () => [...byName.values()].filter((resource) => resource !== undefined),
    // The API server insists on this form of a definition's name.
    has: ({ group, resource }) => byName.has(`${resource}.${group}`),
    isComplete: () => complete,
    resourceVersion: () => resourceVersion,
  };
}
