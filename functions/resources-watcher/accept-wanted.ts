import type { CloudEvent } from '../../lib/core/cloud-event.ts';
import type { EventAnswer } from '../../lib/core/event-answer.ts';
import { eventTypes } from '../../lib/core/event-types.ts';
import { parseWantedResources } from '../../lib/core/parse-wanted-resources.ts';
import type { WantedResources } from '../../lib/core/resource-manifest.ts';

/**
 * Answers what a Trigger delivers: `wanted` events of this cluster are queued (202), all else is nothing to do
 * here (204). 202 comes before anything is fetched: the fetched objects go through the same broker, which
 * would otherwise wait for itself.
 */
export function acceptWanted(
  events: readonly CloudEvent[],
  options: {
    readonly cluster: string;
    /** False when there is no room for more. */
    readonly add: (wanted: WantedResources) => boolean;
  },
): EventAnswer {
  let accepted = 0;
  for (const event of events) {
    if (event.type !== eventTypes.resourceWanted) continue;
    const wanted = parseWantedResources(event.data);
    if (wanted === undefined) return { status: 400, message: 'data is no list of wanted resources' };
    if (wanted.cluster !== options.cluster) continue;
    if (!options.add(wanted)) {
      return { status: 503, message: 'too much is wanted already', retryAfterSeconds: 10 };
    }
    accepted += 1;
  }
  return { status: accepted > 0 ? 202 : 204 };
}
