import type { CloudEvent } from './cloud-event.ts';

/**
 * Why an event came to the dead-letter sink, from the extensions that Knative's dispatchers add
 * (knativeerrorcode, knativeerrordest, knativeerrordata). The data of the answer is not kept: it may hold
 * anything that the subscriber wrote.
 */
export function deadLetterReason(event: CloudEvent): string {
  const code = event.extensions['knativeerrorcode'];
  const destination = event.extensions['knativeerrordest'];
  return [
    'not delivered',
    ...(destination === undefined ? [] : [`to ${destination}`]),
    ...(code === undefined ? [] : [`(last answer ${code})`]),
  ].join(' ');
}
