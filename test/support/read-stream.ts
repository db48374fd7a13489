/** One server-sent event as a client sees it. */
export type ReceivedFrame = {
  readonly event: string;
  readonly id: string | undefined;
  readonly data: string;
};

/** Frames of an open stream, in order, comments and `retry` left out; ends when the server or the signal ends it. */
export async function* readFrames(
  url: string,
  options: { readonly token: string; readonly lastEventId?: string; readonly signal: AbortSignal },
): AsyncGenerator<ReceivedFrame> {
  const answer = await fetch(url, {
    headers: {
      authorization: `Bearer ${options.token}`,
      ...(options.lastEventId === undefined ? {} : { 'last-event-id': options.lastEventId }),
    },
    signal: options.signal,
  });
  if (!answer.ok || answer.body === null) {
    throw new Error(`Cannot read the stream ${url}: ${answer.status} ${await answer.text()}`);
  }
  let rest = '';
  for await (const chunk of answer.body.pipeThrough(new TextDecoderStream())) {
    const blocks = (rest + chunk).split('\n\n');
    rest = blocks.pop() ?? '';
    for (const block of blocks) {
      const frame = parseFrame(block);
      if (frame !== undefined) yield frame;
    }
  }
}

function parseFrame(block: string): ReceivedFrame | undefined {
  const fields = block.split('\n').map((line) => /^([a-z]+): ?(.*)$/.exec(line));
  const values = (name: string) =>
    fields.filter((field) => field?.[1] === name).map((field) => field?.[2] ?? '');
  const data = values('data');
  if (data.length === 0) return undefined;
  return { event: values('event')[0] ?? 'message', id: values('id')[0], data: data.join('\n') };
}
