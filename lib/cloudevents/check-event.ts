import type { CloudEvent } from '../core/cloud-event.ts';
import { isExtensionName } from './build-event.ts';

/**
 * Refuses to emit what receivers would refuse; costs well under a microsecond.
 * @throws TypeError where the event breaks CloudEvents 1.0: our own bug, never the peer's
 */
export function checkEvent(event: CloudEvent): void {
  for (const name of ['id', 'source', 'type'] as const) {
    if (event[name] === '') throw new TypeError(`Cannot encode event: ${name} is empty, expected text`);
  }
  for (const name in event.extensions) {
    if (!isExtensionName(name)) {
      throw new TypeError(
        `Cannot encode extension "${name}": bad name, expected lower-case letters and digits`,
      );
    }
  }
}
