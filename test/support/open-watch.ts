/** One event of a watch of the Kubernetes API. */
export type SeenEvent = {
  readonly type: string;
  readonly object: {
    readonly kind?: string;
    readonly code?: number;
    readonly message?: string;
    readonly metadata: { readonly name?: string; readonly uid?: string; readonly resourceVersion?: string };
  };
};

/** A client of a watch of the Kubernetes API. */
export type OpenWatch = {
  /** Everything that has come, in order. */
  readonly events: readonly SeenEvent[];
  /** The same without bookmarks, which come whenever nothing else does. */
  readonly changes: () => SeenEvent[];
  /** Types and names of it. */
  readonly seen: () => string[];
  /** Whether the server has ended the watch. */
  readonly hasEnded: () => boolean;
  /** Resolves when the server has ended it. */
  readonly ended: Promise<void>;
  readonly leave: () => Promise<void>;
};

/** Opens a watch: what is committed after its headers came must come. @throws where the answer is none */
export async function openWatch(url: string, token: string, accept = 'application/json'): Promise<OpenWatch> {
  const leaving = new AbortController();
  const answer = await fetch(url, {
    headers: { authorization: `Bearer ${token}`, accept },
    signal: leaving.signal,
  });
  if (!answer.ok || answer.body === null) {
    throw new Error(`Cannot open ${url}: ${answer.status} ${await answer.text()}`);
  }
  const events: SeenEvent[] = [];
  let hasEnded = false;
  const body = answer.body.pipeThrough(new TextDecoderStream());
  const ended = (async () => {
    let rest = '';
    try {
      for await (const chunk of body) {
        const lines = (rest + chunk).split('\n');
        rest = lines.pop() ?? '';
        events.push(...lines.map((line) => JSON.parse(line) as SeenEvent));
      }
    } catch (error) {
      if (!leaving.signal.aborted) throw error;
    }
    hasEnded = true;
  })();
  return {
    events,
    changes: () => events.filter(({ type }) => type !== 'BOOKMARK'),
    seen: () => events.map(({ type, object }) => `${type} ${object.metadata.name}`),
    hasEnded: () => hasEnded,
    ended,
    leave: async () => {
      leaving.abort();
      await ended;
    },
  };
}
