import type { KubernetesAnswer } from './kubernetes-request.ts';

/**
 * One GET whose answer is read line by line while it comes, such as a watch. Nothing is read ahead of the
 * consumer but what the socket buffers hold, so a slow consumer slows the server down.
 * Throws where no answer came. 401 has been retried once with fresh credentials.
 */
export type KubernetesStream = (request: {
  /** Starts with `/` and carries its query. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Ends the stream, also while it is being read: the iteration then throws. */
  readonly signal: AbortSignal;
}) => Promise<
  | { readonly kind: 'streaming'; readonly lines: AsyncIterable<StreamedLine> }
  /** Any status but 200, read whole. */
  | { readonly kind: 'refused'; readonly answer: KubernetesAnswer }
>;

/** One line, parsed exactly; `bytes` is its length as received. */
export type StreamedLine = { readonly value: unknown; readonly bytes: number };
