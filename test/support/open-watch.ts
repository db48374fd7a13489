/** One line of a watch of the Kubernetes API. */
export type WatchLine = {
  readonly type: string;
  readonly object: {
    readonly metadata: { readonly name?: string; readonly uid?: string; readonly resourceVersion?: string };
    readonly code?: number;
  };
};

/** A client of a watch of the Kubernetes API. */
export type OpenWatch = {
  /** Everything that has come, in order. */
  readonly lines: readonly WatchLine[];
  /** Whether the server has ended the watch. */
  readonly hasEnded: () => boolean;
  readonly leave: () => Promise<void>;
};

/** Opens a watch: what is committed after its headers came must come. @throws where the answer is none */
export async function openWatch(url: string, token: string): Promise<OpenWatch> {
  const leaving = new AbortController();
  const answer = await fetch(url, {
    headers: { authorization: `Bearer ${token}` },
    signal: leaving.signal,
  });
  if (!answer.ok || answer.body === null) {
    throw new Error(`Cannot open ${url}: ${answer.status} ${await answer.text()}`);
  }
  const lines: WatchLine[] = [];
  let hasEnded = false;
  const body = answer.body.pipeThrough(new TextDecoderStream());
  const reading = (async () => {
    let rest = '';
    try {
      for await (const chunk of body) {
        const parts = (rest + chunk).split('\n');
        rest = parts.pop() ?? '';
        for (const part of parts) lines.push(JSON.parse(part) as WatchLine);
      }
    } catch (error) {
      if (!leaving.signal.aborted) throw error;
    }
    hasEnded = true;
  })();
  return {
    lines,
    hasEnded: () => hasEnded,
    leave: async () => {
      leaving.abort();
      await reading;
    },
  };
}
