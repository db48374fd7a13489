import type { DeliveryEvent } from '../core/create-delivery.ts';
import type { Log } from './log.ts';

/** Says what an operator must know about: never the event's data, which may be anything. */
export function logDelivery(log: Log, event: DeliveryEvent): void {
  switch (event.kind) {
    case 'accepted':
      return;
    case 'refused': {
      const { id, type, subject } = event.event;
      log.error(
        { id, type, subject, status: event.status, answer: event.message },
        'The sink refuses an event for good',
      );
      return;
    }
    case 'barred':
      log.error(
        { status: event.status, answer: event.message },
        'The sink does not let us in; all events wait',
      );
      return;
    case 'set-aside':
      log.warn({ id: event.id, answer: event.message }, 'An event keeps failing and is set aside');
      return;
  }
}
