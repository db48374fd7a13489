/** Which resources of an API server may be listed by watch, learnt from how it went. */
export type StreamingLists = {
  readonly isOn: (key: string) => boolean;
  /** The server does not know it (its feature gate is off): never again. */
  readonly refused: () => void;
  /** It was accepted and did not come to its end, as through some proxies and aggregated API servers. */
  readonly failed: (key: string) => void;
  readonly succeeded: (key: string) => void;
};

const maxFailures = 2;
const offForMs = 3_600_000;

export function createStreamingLists(nowMs: () => number): StreamingLists {
  let supported = true;
  const failures = new Map<string, { count: number; offUntilMs: number }>();
  return {
    isOn: (key) => supported && (failures.get(key)?.offUntilMs ?? 0) <= nowMs(),
    refused: () => {
      supported = false;
    },
    failed: (key) => {
      const count = (failures.get(key)?.count ?? 0) + 1;
      const isTooOften = count >= maxFailures;
      failures.set(key, {
        count: isTooOften ? 0 : count,
        offUntilMs: isTooOften ? nowMs() + offForMs : 0,
      });
    },
    succeeded: (key) => {
      failures.delete(key);
    },
  };
}
