import { expect } from 'vitest';
import type { ReadingWorld } from './reading-world.ts';

export type SeenEvent = {
  readonly type: string;
  readonly object: {
    readonly kind?: string;
    readonly code?: number;
    readonly message?: string;
    readonly metadata: { readonly name?: string; readonly resourceVersion?: string };
  };
};

/** A watch of the Kubernetes read API, and what has come by it. */
export type KubeWatch = {
  readonly events: SeenEvent[];
  /** Types and names. */
  readonly seen: () => string[];
  /** Resolves when the server has ended the watch. */
  readonly ended: Promise<void>;
  readonly leave: () => Promise<void>;
};

export async function kubeWatch(
  world: Pick<ReadingWorld, 'get'>,
  path: string,
  token: string,
  accept = 'application/json',
): Promise<KubeWatch> {
  const leaving = new AbortController();
  const answer = await world.get(path, token, { headers: { accept }, signal: leaving.signal });
  expect(answer.status).toBe(200);
  const events: SeenEvent[] = [];
  const body = answer.body?.pipeThrough(new TextDecoderStream());
  const ended = (async () => {
    let rest = '';
    try {
      for await (const chunk of body ?? []) {
        const lines = (rest + chunk).split('\n');
        rest = lines.pop() ?? '';
        events.push(...lines.map((line) => JSON.parse(line) as SeenEvent));
      }
    } catch (error) {
      if (!leaving.signal.aborted) throw error;
    }
  })();
  return {
    events,
    seen: () => events.map(({ type, object }) => `${type} ${object.metadata.name}`),
    ended,
    leave: async () => {
      leaving.abort();
      await ended;
    },
  };
}
