import type { CloudEvent } from '../../lib/core/cloud-event.ts';
import type { DeliveryOutcome } from '../../lib/core/create-delivery.ts';

/** How a delivery goes, for metrics and the log. */
export type ChangeDeliveryEvent =
  | { readonly kind: 'accepted'; readonly event: CloudEvent; readonly durationMs: number }
  | { readonly kind: 'quarantined'; readonly event: CloudEvent; readonly reason: string }
  /** The sink is there but takes nothing, or does not let us in: it is tried again until it does. */
  | { readonly kind: 'held-up'; readonly event: CloudEvent; readonly reason: string };

export type DeliverChangeOptions = {
  readonly send: (event: CloudEvent) => Promise<DeliveryOutcome>;
  /** Keeps an event that the sink will never take, durably. */
  readonly quarantine: (event: CloudEvent, reason: string) => Promise<void>;
  readonly sleep: (ms: number) => Promise<void>;
  readonly now: () => number;
  readonly observe: (event: ChangeDeliveryEvent) => void;
};

/** A sink that does not let us in is asked again after this time; somebody has to change its policy first. */
const barredPauseMs = 5_000;

/**
 * Sends an event until it is accepted or in quarantine; never drops one.
 *
 * An event that failed many times is quarantined only if others got through meanwhile: then it is the event and
 * not the sink. A broker passes a subscriber's final 4xx on as 500, so status codes alone cannot tell.
 */
export function createDeliverChange(options: DeliverChangeOptions): (event: CloudEvent) => Promise<void> {
  let accepted = 0;

  const quarantine = async (event: CloudEvent, reason: string): Promise<void> => {
    await options.quarantine(event, reason);
    options.observe({ kind: 'quarantined', event, reason });
  };

  return async (event) => {
    const startedAtMs = options.now();
    for (;;) {
      const acceptedBefore = accepted;
      const outcome = await options.send(event);
      if (outcome.kind === 'accepted') {
        accepted += 1;
        options.observe({ kind: 'accepted', event, durationMs: options.now() - startedAtMs });
        return;
      }
      const reason = `sink answered ${outcome.status ?? 'nothing'}: ${outcome.message}`.slice(0, 500);
      if (outcome.kind === 'refused' && !isBarred(outcome.status)) return quarantine(event, reason);
      if (outcome.kind === 'exhausted' && accepted > acceptedBefore) return quarantine(event, reason);
      options.observe({ kind: 'held-up', event, reason });
      if (outcome.kind === 'refused') await options.sleep(barredPauseMs);
    }
  };
}

/** Not this event's fault: credentials, policy, or a sink that has moved. */
function isBarred(status: number): boolean {
  return status === 401 || status === 403 || status < 400;
}
