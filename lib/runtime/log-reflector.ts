import type { ReflectorEvent } from '../core/reflector-change.ts';
import type { WatchTarget } from '../core/watch-target.ts';
import type { Log } from './log.ts';

/** Ends that need somebody to do something. */
const needsHelp: ReadonlySet<string> = new Set(['forbidden', 'unauthorized', 'rejected', 'unreadable']);

/** What happens to a reflector, at the level it deserves. */
export function logReflector(
  log: Log,
  target: Pick<WatchTarget, 'kind' | 'namespace'>,
  event: ReflectorEvent,
): void {
  const { group, version, resource } = target.kind;
  const fields = {
    group,
    version,
    resource,
    ...(target.namespace !== '' && { namespace: target.namespace }),
  };
  switch (event.kind) {
    case 'listed':
      log.info({ ...fields, ...event }, 'listed');
      return;
    case 'interrupted':
      if (needsHelp.has(event.end)) log.warn({ ...fields, ...event }, 'Cannot follow a resource');
      else log.debug({ ...fields, ...event }, 'interrupted');
      return;
    case 'not-served':
      log.info(fields, 'no longer served');
      return;
    case 'watching':
    case 'duplicate':
      return;
  }
}
