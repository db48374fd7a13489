import type { CloudEvent } from '../core/cloud-event.ts';

/** Sends one event; an outcome other than `accepted` means that it did not arrive. */
type Send<Options, Outcome> = (event: CloudEvent, options: Options) => Promise<Outcome>;

/** Answers the events of one request. */
type Receive<Answer> = (events: readonly CloudEvent[]) => Promise<Answer>;

/** Writes one batch in one transaction, an outcome for each item. */
type Commit<Item, Outcome> = (items: readonly Item[]) => Promise<readonly Outcome[]>;

/** One answered request. */
type Served = {
  readonly route: string;
  readonly method: string;
  readonly status: number;
  readonly durationMs: number;
  readonly requestId: string;
  readonly traceparent?: string;
};

/** Puts spans around what functions do with events and requests. Each takes a function and gives one that does the same. */
export type Tracing = {
  /** Every event gets a `traceparent` of its own; its span lasts until the outcome of the send. */
  readonly emitting: <Options, Outcome extends { readonly kind: string }>(
    send: Send<Options, Outcome>,
  ) => Send<Options, Outcome>;
  /** Every event of a request has a span until the request is answered. */
  readonly receiving: <Answer extends { readonly status: number }>(
    handle: Receive<Answer>,
  ) => Receive<Answer>;
  /** Every batch has a span, and the spans of its events are linked to it. */
  readonly committing: <
    Item extends { readonly event: CloudEvent },
    Outcome extends { readonly kind: string },
  >(
    write: Commit<Item, Outcome>,
  ) => Commit<Item, Outcome>;
  /** A request that was just answered has a span, in its caller's trace where it told one. */
  readonly served: (request: Served) => void;
};

/** Nothing in between. */
export const noTracing: Tracing = {
  emitting: (send) => send,
  receiving: (handle) => handle,
  committing: (write) => write,
  served: () => {},
};
