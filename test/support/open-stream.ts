/** One frame of an event stream with data. */
export type StreamFrame = { readonly event: string; readonly id: string | undefined; readonly data: string };

/** A client of an event stream. */
export type OpenStream = {
  /** Everything that has come, in order. */
  readonly frames: readonly StreamFrame[];
  /** The id to continue from. */
  readonly lastId: () => string | undefined;
  /** Resolves when the server has ended the stream. */
  readonly ended: Promise<void>;
  readonly leave: () => Promise<void>;
};

/**
 * Opens a stream and waits for its greeting: what is committed after that must come.
 * @throws where the answer is no stream
 */
export async function openStream(
  url: string,
  options: { readonly token: string; readonly lastEventId?: string | undefined },
): Promise<OpenStream> {
  const leaving = new AbortController();
  const answer = await fetch(url, {
    headers: {
      authorization: `Bearer ${options.token}`,
      ...(options.lastEventId === undefined ? {} : { 'last-event-id': options.lastEventId }),
    },
    signal: leaving.signal,
  });
  if (!answer.ok || answer.body === null) {
    throw new Error(`Cannot open ${url}: ${answer.status} ${await answer.text()}`);
  }
  const frames: StreamFrame[] = [];
  let lastId: string | undefined;
  let greeted: () => void = () => {};
  const greeting = new Promise<void>((resolve) => {
    greeted = resolve;
  });
  const body = answer.body.pipeThrough(new TextDecoderStream());
  const ended = (async () => {
    let rest = '';
    try {
      for await (const chunk of body) {
        const blocks = (rest + chunk).split('\n\n');
        rest = blocks.pop() ?? '';
        for (const block of blocks) {
          const frame = parse(block);
          lastId = frame.id ?? lastId;
          if (frame.data !== undefined) frames.push({ ...frame, data: frame.data });
          greeted();
        }
      }
    } catch (error) {
      if (!leaving.signal.aborted) throw error;
    } finally {
      greeted();
    }
  })();
  await greeting;
  return {
    frames,
    lastId: () => lastId,
    ended,
    leave: async () => {
      leaving.abort();
      await ended;
    },
  };
}

function parse(block: string): { event: string; id: string | undefined; data: string | undefined } {
  const value = (field: string): string | undefined =>
    block
      .split('\n')
      .find((line) => line.startsWith(`${field}: `))
      ?.slice(field.length + 2);
  return { event: value('event') ?? 'message', id: value('id'), data: value('data') };
}
