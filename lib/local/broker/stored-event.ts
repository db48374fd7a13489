import type { CloudEvent } from '../../core/cloud-event.ts';

/** An event that the broker has taken, its data as the bytes that came. */
export type StoredEvent = {
  readonly sequence: number;
  readonly event: CloudEvent<Buffer | undefined>;
  readonly mode: 'binary' | 'structured';
  /** Headers that pass through to subscribers. */
  readonly headers: Readonly<Record<string, string>>;
  readonly namespace: string;
};

/** The multi-tenant broker's loop guard; its ingress lowers it, its filter hides it from subscribers. */
export const ttlExtension = 'knativebrokerttl';

/** Bytes of the event on the wire, roughly: what record limits are about. */
export function eventBytes(event: CloudEvent<Buffer | undefined>): number {
  let bytes = event.data?.length ?? 0;
  const { extensions, data: _, ...attributes } = event;
  for (const [name, value] of Object.entries({ ...attributes, ...extensions })) {
    bytes += name.length + Buffer.byteLength(value) + 6;
  }
  return bytes;
}
