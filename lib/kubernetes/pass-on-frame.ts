import type { ReflectorChange } from '../core/reflector-change.ts';
import { compareResourceVersions } from '../core/resource-version.ts';
import { identityOf, type ReflectorOptions, type ReflectorParts } from './reflector-parts.ts';
import type { WatchFrame } from './watch-once.ts';

/** Passes on one event of a watch, unless it repeats what is known. */
export function passOnFrame(reflector: ReflectorParts, frame: WatchFrame): void | Promise<void> {
  const { options, known, state } = reflector;
  const { object } = frame;
  const identity = identityOf(object);
  const { resourceVersion } = identity;
  state.synced = true;
  if (frame.type === 'BOOKMARK') {
    state.lastVersion = resourceVersion;
    state.expectsBookmarks = options.expectsBookmarks;
    return options.emit({ kind: 'progress', resourceVersion, synced: false });
  }
  const slot = known.find(identity.namespace, identity.name);
  const isSame = slot !== undefined && known.hasUid(slot, identity.uid);
  if (isSame && frame.type !== 'DELETED' && isNotNewer(resourceVersion, known.resourceVersion(slot))) {
    options.observe({ kind: 'duplicate' });
    return undefined;
  }
  state.lastVersion = resourceVersion;
  if (frame.type === 'DELETED') {
    if (isSame) known.remove(identity.namespace, identity.name);
    return options.emit({ kind: 'deleted', object, receivedBytes: frame.bytes });
  }
  const replacedUid = slot === undefined || isSame ? undefined : known.entry(slot).uid;
  known.set(identity, slot);
  const { bytes } = frame;
  const upserted: ReflectorChange = {
    kind: 'upserted',
    object,
    cause: 'watched',
    isFirst: !isSame,
    receivedBytes: bytes,
    atMostBytes: bytes,
  };
  if (replacedUid === undefined) return options.emit(upserted);
  return emitBoth(options, { kind: 'gone', identity: { ...identity, uid: replacedUid } }, upserted);
}

async function emitBoth(
  options: ReflectorOptions,
  first: ReflectorChange,
  second: ReflectorChange,
): Promise<void> {
  await options.emit(first);
  await options.emit(second);
}

/** Versions that do not compare are new unless equal: nothing may be taken for old by mistake. */
function isNotNewer(version: string, than: string): boolean {
  const order = compareResourceVersions(version, than);
  return order !== undefined && order <= 0;
}
