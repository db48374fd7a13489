import { encodeHttpEvent } from '../../lib/cloudevents/encode-http-event.ts';
import type { CloudEvent } from '../../lib/core/cloud-event.ts';

/** Sends an event in binary mode as a broker does. */
export async function postEvent(url: string, event: CloudEvent): Promise<Response> {
  const { headers, body } = encodeHttpEvent(event);
  return fetch(url, {
    method: 'POST',
    headers,
    body: typeof body === 'string' ? body : new Uint8Array(body),
  });
}
