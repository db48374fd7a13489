/** What the answer to a POST of CloudEvents says. */
export type EventAnswer = {
  readonly status: number;
  readonly retryAfterSeconds?: number;
  /** Why it was refused, for the sender; never with a 2xx, where brokers take any body for a reply event. */
  readonly message?: string;
  /** A CloudEvent as an HTTP message. */
  readonly reply?: { readonly headers: Readonly<Record<string, string>>; readonly body: string | Buffer };
};
