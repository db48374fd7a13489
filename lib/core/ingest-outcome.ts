import type { CloudEvent } from './cloud-event.ts';

/** What became of one ingested message. */
export type IngestOutcome =
  /** Committed. */
  | { readonly kind: 'stored' }
  /** The database had it already, or something newer. */
  | { readonly kind: 'unchanged' }
  /** Can never be stored; it is kept in quarantine, committed. */
  | { readonly kind: 'quarantined'; readonly reason: string }
  /** Can never be stored, and POISON=reject asks to say so to the sender. */
  | { readonly kind: 'rejected'; readonly reason: string }
  /** Not stored this time; the error says why. */
  | { readonly kind: 'failed'; readonly error: unknown };

/** A message on its way into the database: a row to write, or one that was found to be unstorable before. */
export type IngestItem<Row> = {
  /** As received, data in bytes. */
  readonly event: CloudEvent;
  readonly content:
    | { readonly kind: 'row'; readonly row: Row }
    | { readonly kind: 'poison'; readonly reason: string };
};

/** `quarantine` keeps what can never be stored and answers as if it were; `reject` leaves it to the broker's dead-letter sink. */
export type PoisonMode = 'quarantine' | 'reject';
