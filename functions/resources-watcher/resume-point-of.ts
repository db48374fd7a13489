import type { ReflectorChange } from '../../lib/core/reflector-change.ts';

/** Versions of listed objects are in no order, so only their list as a whole is a point to resume from. */
export function resumePointOf(change: ReflectorChange): string | undefined {
  switch (change.kind) {
    case 'upserted':
      return change.cause === 'watched' ? change.object.metadata.resourceVersion : undefined;
    case 'deleted':
      return change.object.metadata.resourceVersion;
    case 'progress':
      return change.resourceVersion;
    case 'gone':
    case 'manifest':
      return undefined;
  }
}
